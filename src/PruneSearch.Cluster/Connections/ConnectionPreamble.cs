using Orleans.Runtime.Messaging;

namespace PruneSearch.Cluster.Connections;

/// <summary>What a client says first: Orleans' own type, which is not public, field by field.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.ConnectionPreamble")]
internal sealed class ConnectionPreamble // no record: a record is written with a mark more
{
    /// <summary>Version of the protocol.</summary>
    [Id(0)]
    public NetworkProtocolVersion NetworkProtocolVersion { get; init; }

    /// <summary>What the client calls itself.</summary>
    [Id(1)]
    public GrainId NodeIdentity { get; init; }

    /// <summary>Address of the silo that opened the connection; none for clients.</summary>
    [Id(2)]
    public SiloAddress? SiloAddress { get; init; }

    /// <summary>The cluster that it looks for.</summary>
    [Id(3)]
    public string? ClusterId { get; init; }

    /// <summary>The same of somebody else.</summary>
    public ConnectionPreamble Of(GrainId identity) => new()
    {
        NetworkProtocolVersion = NetworkProtocolVersion,
        NodeIdentity = identity,
        SiloAddress = SiloAddress,
        ClusterId = ClusterId,
    };
}
