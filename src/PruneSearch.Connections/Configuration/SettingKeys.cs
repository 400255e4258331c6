namespace PruneSearch.Connections.Configuration;

/// <summary>Names of all settings of silos and of programs that talk to them: one file serves both.</summary>
public static class SettingKeys
{
    /// <summary>Each key and what it is.</summary>
    public static readonly IReadOnlyDictionary<string, string> Descriptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["role"] = "control (coordinates), worker (owns a slot), measure (owns a slot that only measures), all (both) or web (page and HTTP API)",
        ["database"] = "Connection string of PostgreSQL, or 'Data Source=FILE' for SQLite on one machine",
        ["checkpoints"] = "A folder that all see, https://ACCOUNT.blob.core.windows.net (also with /CONTAINER?SIGNATURE), or the connection string of a " +
            "storage account",
        ["container"] = "Blob container of the checkpoints",
        ["cluster-id"] = "Name of the cluster: silos with the same name and database are one",
        ["gateways"] = "For clients, and workers with a certificate of a worker: HOST:PORT of gateways, with commas between them",
        ["timeout-seconds"] = "For clients: longest time to connect, and longest time to wait for an answer",
        ["name"] = "Name of the silo and of its slot, unique in the cluster",
        ["device"] = "Device of the slot: cpu, cuda or cuda:1",
        ["device-class"] = "Whose stages the slot takes; the plan names it",
        ["threads"] = "Threads of the slot, 0 for all cores",
        ["silo-port"] = "Port for other silos, 0 for a free one",
        ["gateway-port"] = "Port for clients, 0 for a free one",
        ["advertised-address"] = "Address under which other processes reach the silo",
        ["certificate"] = "PEM file with this process's certificate and key, see 'prunesearch certificates': with it, all connections are encrypted and " +
            "checked",
        ["authority"] = "PEM file with the cluster's certificate authority; several in it while it is renewed",
        ["insecure"] = "true lets a silo listen beyond this machine without a certificate: whoever reaches its ports may do everything",
        ["health-port"] = "Port of the health endpoint, 0 for none",
        ["metrics-port"] = "Port of the endpoint that Prometheus asks for metrics (/metrics), 0 for none",
        ["probe-address"] = "Address that health and metrics listen on: an address of this machine, or * for all; by default 127.0.0.1 where the silo does",
        ["snapshot-seconds"] = "Time between snapshots within a stage",
        ["longest-silence"] = "Longest time without progress before a stage is stopped, in seconds: one number, or PART=SECONDS with blanks between",
        ["picture-cache"] = "Folder for pictures that are fetched from the checkpoints; silos may share it",
        ["retention"] = "Deletes by itself what no search needs and is older than this, as in 12h or 30d; nothing when left out",
        ["retention-keep"] = "What of searches that are over stays, however old: frontier, all (of their stages) or none",
        ["web-address"] = "Address that the web role listens on",
        ["web-port"] = "Port of the web role, 0 for a free one",
        ["web-hosts"] = "Names under which the web role is reached, with commas between them",
        ["web-certificate"] = "PEM file with the certificate and key of the web role",
        ["web-tokens"] = "File with a line 'viewer TOKEN' or 'operator TOKEN' for each who may come in, readable for its owner alone",
        ["web-openid"] = "Issuer of an OpenID Connect provider whose tokens let in",
        ["web-openid-audience"] = "What tokens of the provider must be for",
        ["web-openid-client"] = "Client identifier with which people sign in at the provider; without it only programs come in with its tokens",
        ["web-openid-secret"] = "File with the client's secret, readable for its owner alone",
        ["web-openid-roles"] = "Claim with the words viewer or operator",
        ["web-data"] = "Folders, with commas between them, below which data and weights must lie that a search names which is launched over HTTP",
        ["web-traces"] = "Page that shows traces, with {trace} and {span} in its address; OTEL_TRACES_PAGE where it is left out",
        ["work"] = "Folder of the process: log, and what its slot does, for the one after it",
    };

    /// <summary>Every key that a settings file may have.</summary>
    public static IReadOnlyCollection<string> All => [.. Descriptions.Keys];
}
