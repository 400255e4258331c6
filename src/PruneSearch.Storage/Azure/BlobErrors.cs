using Azure;
using Azure.Identity;
using Azure.Storage.Blobs.Models;
using PruneSearch.Core;
using PruneSearch.Core.Grains;

namespace PruneSearch.Storage.Azure;

/// <summary>Says in one line what went wrong with a container, as the exceptions that checkpoint stores promise.</summary>
internal static class BlobErrors
{
    /// <summary>Whether an exception comes from the service or the way to it.</summary>
    public static bool IsFault(Exception e) => e is RequestFailedException or AuthenticationFailedException
        || (e is AggregateException many
            && many.InnerExceptions.All(i => IsFault(i) || i is IOException or OperationCanceledException or HttpRequestException));

    /// <summary>Whether somebody else published the name first.</summary>
    public static bool IsTaken(RequestFailedException e) =>
        e.Status is 409 or 412 && (e.ErrorCode == BlobErrorCode.BlobAlreadyExists || e.ErrorCode == BlobErrorCode.ConditionNotMet);

    /// <summary>The same as a store promises it.</summary>
    /// <param name="e">A fault, see <see cref="IsFault"/>.</param>
    /// <param name="container">Address of the container.</param>
    /// <param name="name">The object, or <see langword="null"/>.</param>
    public static IOException ToStoreException(Exception e, Uri container, string? name)
    {
        var last = e;
        while (last is AggregateException { InnerExceptions.Count: > 0 } many)
        {
            last = many.InnerExceptions[^1]; // one for each attempt
        }
        string place = name is null ? $"Blob container {Address(container)}" : $"Object '{name}' in blob container {Address(container)}";
        return last switch
        {
            AuthenticationFailedException => new IOException($"{place}: no sign-in: {ErrorText.FirstLine(last.Message)}", e),
            RequestFailedException { Status: 401 or 403 } denied => new IOException(
                $"{place}: access was refused ({denied.ErrorCode}), expected a valid key, a shared access signature "
                + "that has not expired and may read, write, list and delete, or an identity with the role Storage Blob Data Contributor", e),
            RequestFailedException { Status: 404 } missing when missing.ErrorCode == BlobErrorCode.ContainerNotFound =>
                new IOException($"{place}: the container does not exist", e),
            RequestFailedException { Status: 404 } => new FileNotFoundException($"{place}: there is no such object", name, e),
            RequestFailedException { Status: 412 } => new IOException($"{place}: it was replaced while it was being read", e),
            RequestFailedException { Status: 408 or 429 or >= 500 } busy =>
                new ClusterException($"{place}: the service answered {busy.Status} {busy.ErrorCode}: {ErrorText.FirstLine(busy.Message)}", e)
                {
                    IsPassing = true,
                },
            RequestFailedException { Status: > 0 } answered =>
                new IOException($"{place}: the service answered {answered.Status} {answered.ErrorCode}: {ErrorText.FirstLine(answered.Message)}", e),
            _ => new ClusterException($"{place}: cannot be reached: {ErrorText.FirstLine(last.Message)}", e) { IsPassing = true },
        };
    }

    // Without the query: it may hold a shared access signature.
    private static string Address(Uri container) => container.GetLeftPart(UriPartial.Path);
}
