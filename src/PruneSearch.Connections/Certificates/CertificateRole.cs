namespace PruneSearch.Connections.Certificates;

/// <summary>What the owner of a certificate may be in a cluster.</summary>
public enum CertificateRole
{
    /// <summary>A silo: other silos and clients let it be one. It may do everything.</summary>
    Silo,

    /// <summary>A worker that is no silo: it takes stages and tells how they end, under the name in its certificate.</summary>
    Worker,

    /// <summary>A person or program that launches, changes and stops searches.</summary>
    Operator,

    /// <summary>A person or program that looks.</summary>
    Viewer,
}
