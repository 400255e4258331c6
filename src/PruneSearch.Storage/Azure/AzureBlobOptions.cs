using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace PruneSearch.Storage.Azure;

/// <summary>Where checkpoints lie in Azure Blob Storage and how often and how long the store tries again.</summary>
public sealed partial record AzureBlobOptions
{
    /// <summary>
    /// Connection string of the storage account, with a key or a shared access signature; <see langword="null"/> signs in with
    /// <see cref="DefaultAzureCredential"/> at <see cref="AccountUri"/>. Exactly one of the two is given.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Address of the blob service or of the container, for example <c>https://account.blob.core.windows.net/container</c>. With a
    /// shared access signature in its query (<c>?sv=…&amp;sig=…</c>) that is the right to use it.
    /// </summary>
    public Uri? AccountUri { get; set; }

    /// <summary>
    /// Name of the container: 3 to 63 lower-case letters, digits and single hyphens; one in <see cref="AccountUri"/> comes before
    /// it. It is made when it is not there.
    /// </summary>
    public string Container { get; set; } = "prunesearch";

    /// <summary>Beginning of all names, so that several clusters share a container: empty, or ends in a slash.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>REST version that is spoken, as a date. The default is the newest one that the Azurite emulator knows.</summary>
    public string ServiceVersion { get; set; } = "2026-06-06";

    /// <summary>Bytes that a writer holds in memory and sends at a time; 64 KiB to 100 MiB, 4 MiB by default. A blob has at most 50,000 blocks.</summary>
    public int BlockBytes { get; set; } = 4 << 20;

    /// <summary>Further attempts after a transient fault (no connection, time-out, 408, 429, 5xx); 0 to 50, 20 by default: about 45 s in all.</summary>
    public int Retries { get; set; } = 20;

    /// <summary>Wait before the second attempt; each further wait doubles. 10 ms to 10 s, 0.5 s by default.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait between two attempts; <see cref="RetryDelay"/> to 2 min, 2.5 s by default: after an outage slots are back at work soon.</summary>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long one request may take without any answer; 1 s to 10 min, 60 s by default.</summary>
    public TimeSpan NetworkTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the address has a shared access signature: such a right may not be enough to look for the container or to make it.</summary>
    internal bool IsSigned => AccountUri is not null && Parts.Sas is not null;

    private BlobUriBuilder Parts => new(AccountUri!);

    private string ContainerInUse => AccountUri is not null && Parts.BlobContainerName is { Length: > 0 } named ? named : Container;

    // Without the query, which may be a secret.
    private string Shown => AccountUri switch
    {
        { IsAbsoluteUri: true, Scheme: "https" or "http" } => AccountUri.GetLeftPart(UriPartial.Path),
        { IsAbsoluteUri: true } => AccountUri.GetLeftPart(UriPartial.Authority), // with other schemes a question mark belongs to the path
        _ => "no absolute address",
    };

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">The message says which value is wrong and what was expected.</exception>
    public void Validate()
    {
        Require((ConnectionString is null) != (AccountUri is null),
            $"exactly one of {nameof(ConnectionString)} and {nameof(AccountUri)} is expected, {(AccountUri is null ? "neither" : "both")} is given");
        Require(AccountUri is null || AccountUri is { IsAbsoluteUri: true, Scheme: "https" or "http" },
            $"{nameof(AccountUri)} is '{Shown}', expected https://ACCOUNT.blob.core.windows.net");
        Require(AccountUri is null || string.IsNullOrEmpty(Parts.BlobName),
            $"{nameof(AccountUri)} is '{Shown}', expected no more than the name of a container after the account");
        Require(!IsSigned || AccountUri!.Scheme == "https" || AccountUri.IsLoopback,
            $"{nameof(AccountUri)} is '{Shown}', expected https: on its way the signature could be read");
        Require(ContainerName().IsMatch(ContainerInUse) && ContainerInUse.Length <= 63,
            $"{nameof(Container)} is '{ContainerInUse}', expected 3 to 63 lower-case letters, digits and single hyphens");
        Require(Prefix.Length == 0 || Prefix.EndsWith('/'), $"{nameof(Prefix)} is '{Prefix}', expected nothing or names that end in a slash");
        CheckpointPath.RequirePrefix(Prefix);
        Require(Version() is not null, $"{nameof(ServiceVersion)} is '{ServiceVersion}', expected one of {string.Join(", ", Versions().TakeLast(4))} " +
            "or an older one");
        Require(BlockBytes is >= 64 << 10 and <= 100 << 20, $"{nameof(BlockBytes)} is {BlockBytes}, expected {64 << 10} to {100 << 20}");
        Require(Retries is >= 0 and <= 50, $"{nameof(Retries)} is {Retries}, expected 0 to 50");
        Require(RetryDelay >= TimeSpan.FromMilliseconds(10) && RetryDelay <= TimeSpan.FromSeconds(10),
            $"{nameof(RetryDelay)} is {RetryDelay}, expected 10 ms to 10 s");
        Require(MaxRetryDelay >= RetryDelay && MaxRetryDelay <= TimeSpan.FromMinutes(2),
            $"{nameof(MaxRetryDelay)} is {MaxRetryDelay}, expected {RetryDelay} to 2 min");
        Require(NetworkTimeout >= TimeSpan.FromSeconds(1) && NetworkTimeout <= TimeSpan.FromMinutes(10),
            $"{nameof(NetworkTimeout)} is {NetworkTimeout}, expected 1 s to 10 min");

        static void Require(bool holds, string problem)
        {
            if (!holds)
            {
                throw new ArgumentException($"Azure Blob Storage: {problem}.");
            }
        }
    }

    /// <summary>The client of the container.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the connection string cannot be read.</exception>
    internal BlobContainerClient Connect(Action<BlobClientOptions>? configure)
    {
        Validate();
        var client = new BlobClientOptions(Version()!.Value);
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = Retries;
        client.Retry.Delay = RetryDelay;
        client.Retry.MaxDelay = MaxRetryDelay;
        client.Retry.NetworkTimeout = NetworkTimeout;
        configure?.Invoke(client);
        if (ConnectionString is null)
        {
            var address = Parts;
            address.BlobContainerName = ContainerInUse;
            return IsSigned ? new BlobContainerClient(address.ToUri(), client) : new BlobContainerClient(address.ToUri(), new DefaultAzureCredential(), client);
        }
        try
        {
            return new BlobContainerClient(ConnectionString, Container, client);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            throw new ArgumentException($"Azure Blob Storage: {nameof(ConnectionString)} cannot be read, expected the text that the storage account shows " +
                $"under its access keys: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Versions() =>
        Enum.GetNames<BlobClientOptions.ServiceVersion>().Select(n => n[1..].Replace('_', '-')).Order(StringComparer.Ordinal);

    private BlobClientOptions.ServiceVersion? Version() =>
        Versions().Contains(ServiceVersion) ? Enum.Parse<BlobClientOptions.ServiceVersion>("V" + ServiceVersion.Replace('-', '_')) : null;

    [GeneratedRegex("^[a-z0-9](-?[a-z0-9]){2,62}$")]
    private static partial Regex ContainerName();
}
