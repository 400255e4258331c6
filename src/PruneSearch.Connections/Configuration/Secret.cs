using System.Data.Common;

namespace PruneSearch.Connections.Configuration;

/// <summary>Finds passwords and keys in settings.</summary>
internal static class Secret
{
    private static readonly string[] Passwords = ["Password", "Pwd", "PSW", "SSL Password"];
    private static readonly string[] Keys = ["AccountKey", "SharedAccessSignature"];

    /// <summary>What secret a value holds, in words; <see langword="null"/> when it holds none.</summary>
    public static string? In(string value)
    {
        if (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            return address.Query.Contains("sig=", StringComparison.OrdinalIgnoreCase) ? "a shared access signature" : null;
        }
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = value };
            return Passwords.Any(parts.ContainsKey) ? "a password" : Keys.Any(parts.ContainsKey) ? "the key of a storage account" : null;
        }
        catch (ArgumentException)
        {
            return null; // no connection string
        }
    }

    /// <summary>Complaints about secrets in a file that others can read, and on the command line, which everybody can read.</summary>
    /// <param name="file">The settings file, or <see langword="null"/>.</param>
    /// <param name="fromFile">All that stands in it.</param>
    /// <param name="commandLine">Options by key.</param>
    public static IEnumerable<string> Exposed(string? file, IEnumerable<string> fromFile, IEnumerable<KeyValuePair<string, string?>> commandLine)
    {
        if (file is not null && fromFile.Select(In).FirstOrDefault(s => s is not null) is { } kept && OwnerOnly.ComplaintAboutFile(file, kept) is { } complaint)
        {
            yield return complaint;
        }
        foreach (var (key, value) in commandLine)
        {
            if (value is not null && In(value) is { } secret)
            {
                yield return $"--{key} has {secret}, and every user of this machine can read command lines; " +
                    $"put it into a settings file or into {Settings.Variable(key)}";
            }
        }
    }
}
