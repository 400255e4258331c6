using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PruneSearch.Web.Doors;

namespace PruneSearch.Web.Api.Reference;

/// <summary>An answer as it may look.</summary>
/// <param name="Value">What is in it.</param>
internal sealed record ExampleAnswer(int Status, object Value);

/// <summary>What is sent as it is, not as JSON.</summary>
/// <param name="Types">Media types that are understood; what is sent is looked at, not what it is called.</param>
internal sealed record SentBody(params string[] Types);

/// <summary>Describes addresses of the API for its reference.</summary>
internal static class Description
{
    private static readonly string[] Pauses = [". ", "; ", ": ", " ("];

    /// <summary>Says what an address does, and that it may answer with problem details.</summary>
    /// <param name="name">Its name for programs that are made from the document.</param>
    /// <param name="group">What it belongs to.</param>
    /// <param name="text">What it does; its beginning, up to the first pause, is its title.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string group, string text)
    {
        int end = Pauses.Select(p => text.IndexOf(p, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(text.Length).Min();
        endpoint.WithName(name).WithTags(group).WithSummary(text[..end].TrimEnd('.')).WithDescription(
            group == "Changes" ? $"{text} Needs the role '{Roles.Operator}'." : text);
        endpoint.ProducesProblem(400).ProducesProblem(401).ProducesProblem(404).ProducesProblem(503);
        return group == "Changes" ? endpoint.ProducesProblem(403).ProducesProblem(409) : endpoint;
    }

    /// <summary>Says what is sent. Unlike <c>Accepts</c> it lets a request through whatever type it names.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, params string[] types) => endpoint.WithMetadata(new SentBody(types));

    /// <summary>Shows an answer of the endpoint in the reference.</summary>
    public static RouteHandlerBuilder Example(this RouteHandlerBuilder endpoint, object value, int status = 200) =>
        endpoint.WithMetadata(new ExampleAnswer(status, value));
}
