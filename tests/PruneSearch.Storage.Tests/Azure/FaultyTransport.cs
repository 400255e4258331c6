using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Request = Azure.Core.Request;

namespace PruneSearch.Storage.Tests.Azure;

/// <summary>Sends requests, and spoils those that a test picks.</summary>
internal sealed class FaultyTransport(Func<Request, Fault> pick) : HttpPipelineTransport
{
    private readonly HttpClientTransport _real = HttpClientTransport.Shared;

    /// <summary>How many requests were spoilt.</summary>
    public int Spoilt { get; private set; }

    public override Request CreateRequest() => _real.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("the stores under test are asynchronous");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var fault = pick(message.Request);
        Spoilt += fault == Fault.None ? 0 : 1;
        if (fault == Fault.BeforeSending)
        {
            throw new IOException("connection refused");
        }
        await _real.ProcessAsync(message);
        if (fault == Fault.AnswerLost)
        {
            throw new IOException("connection reset");
        }
        if (fault == Fault.Busy)
        {
            message.Response.Dispose();
            message.Response = new BusyResponse();
        }
    }
}

/// <summary>What happens to a request.</summary>
internal enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is never sent.</summary>
    BeforeSending,

    /// <summary>The service does it, but its answer is lost.</summary>
    AnswerLost,

    /// <summary>The service seems to be busy (503).</summary>
    Busy,
}

/// <summary>What an overloaded service answers.</summary>
internal sealed class BusyResponse : Response
{
    public override int Status => 503;

    public override string ReasonPhrase => "Server Busy";

    public override Stream? ContentStream { get; set; }

    public override string ClientRequestId { get; set; } = "";

    public override void Dispose()
    {
    }

    protected override bool ContainsHeader(string name) => false;

    protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

    protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value)
    {
        value = null;
        return false;
    }

    protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
    {
        values = null;
        return false;
    }
}
