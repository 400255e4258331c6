using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;

namespace PruneSearch.Web.Api;

/// <summary>Largest body of an endpoint, in bytes; without one, <see cref="Standard"/> counts.</summary>
internal sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
{
    /// <summary>Bytes of a search file that is sent.</summary>
    public const long Standard = 1 << 20;

    /// <summary>Bytes of a picture that is sent.</summary>
    public const long Picture = 32 << 20;
}

internal static class BodyLimitExtensions
{
    public static T WithBodyLimit<T>(this T endpoint, long bytes)
        where T : IEndpointConventionBuilder => endpoint.WithMetadata(new BodyLimit(bytes));
}
