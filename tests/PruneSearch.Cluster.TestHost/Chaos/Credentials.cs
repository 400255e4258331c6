using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>A cluster's authority and what it issues, also certificates that ran out.</summary>
public sealed class Credentials
{
    private static readonly TimeSpan Valid = TimeSpan.FromDays(3);
    private readonly string _folder;

    /// <summary>Makes the authority.</summary>
    public Credentials(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        Of(DateTimeOffset.UtcNow - TimeSpan.FromDays(30)).MakeAuthority(TimeSpan.FromDays(90));
    }

    /// <summary>The authority's file.</summary>
    public string Authority => Of(DateTimeOffset.UtcNow).Authority;

    /// <summary>Writes a certificate that is valid now.</summary>
    /// <returns>Its file.</returns>
    public string Issue(CertificateRole role, string name) => Of(DateTimeOffset.UtcNow).Issue(role, name, Valid);

    /// <summary>Writes one that ran out long ago in its place.</summary>
    public string IssueExpired(CertificateRole role, string name) => Of(DateTimeOffset.UtcNow - TimeSpan.FromDays(10)).Issue(role, name, Valid);

    private CertificateFolder Of(DateTimeOffset now) => new(_folder, new At(now));

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
