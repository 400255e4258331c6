namespace PruneSearch.Connections.Certificates;

/// <summary>What the owner of a certificate may be in a cluster.</summary>
public enum CertificateRole
{
    /// <summary>A silo: other silos and clients let it be one.</summary>
    Silo,

    /// <summary>A program that launches, follows and queries searches.</summary>
    Client,
}
