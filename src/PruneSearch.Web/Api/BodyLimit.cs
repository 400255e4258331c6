using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;

namespace PruneSearch.Web.Api;

/// <summary>Largest body of an endpoint, in bytes; without one, <see cref="Standard"/> counts.</summary>
/// <param name="MaxRequestBodySize">The limit.</param>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
{
    /// <summary>A search file.</summary>
    public const long Standard = 1 << 20;

    /// <summary>A picture.</summary>
    public const long Picture = 32 << 20;
}

/// <summary>Sets limits.</summary>
internal static class BodyLimitExtensions
{
    public static T WithBodyLimit<T>(this T endpoint, long bytes)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new BodyLimit(bytes));
}
