using System.Diagnostics;

namespace PruneSearch.Web;

/// <summary>Address of a page that shows traces, for example <c>http://jaeger:16686/trace/{trace}?uiFind={span}</c>.</summary>
public sealed record TraceAddress
{
    /// <summary>Environment variable with one.</summary>
    public const string Variable = "OTEL_TRACES_PAGE";

    private const string Trace = "{trace}", Span = "{span}";
    private readonly string _template;

    private TraceAddress(string template) => _template = template;

    /// <summary>Reads an address as the settings have it.</summary>
    /// <param name="template">An absolute address (http or https) with <c>{trace}</c> and, if the page knows spans, <c>{span}</c>.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static TraceAddress Parse(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        return template.Contains(Trace, StringComparison.Ordinal)
            && Uri.TryCreate(Fill(template, new string('0', 32), new string('0', 16)), UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) ? new TraceAddress(template)
            : throw new ArgumentException($"'{template}' is not right, expected an address (http:// or https://) with {Trace} where the identifier of a " +
                $"trace goes, for example http://127.0.0.1:16686/trace/{Trace}?uiFind={Span}");
    }

    /// <summary>What the environment variable <see cref="Variable"/> says; <see langword="null"/> where it says nothing.</summary>
    /// <exception cref="ArgumentException">It says something else.</exception>
    public static TraceAddress? OfEnvironment() => Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } template ? null
        : template.Contains(Trace, StringComparison.Ordinal) ? Parse(template) : throw new ArgumentException($"{Variable}: '{template}' lacks {Trace}");

    /// <summary>The page of a span.</summary>
    public string Of(ActivityTraceId trace, ActivitySpanId span) => Fill(_template, trace.ToString(), span.ToString());

    /// <summary>As it was written.</summary>
    public override string ToString() => _template;

    private static string Fill(string template, string trace, string span) =>
        template.Replace(Trace, trace, StringComparison.Ordinal).Replace(Span, span, StringComparison.Ordinal);
}
