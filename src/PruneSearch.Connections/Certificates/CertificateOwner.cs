using System.Security.Cryptography.X509Certificates;

namespace PruneSearch.Connections.Certificates;

/// <summary>Who a certificate is for, as its subject says: <c>CN=name, OU=role</c>.</summary>
/// <param name="Role">What its owner may be.</param>
/// <param name="Name">The owner's name.</param>
public sealed record CertificateOwner(CertificateRole Role, string Name)
{
    private const string CommonName = "2.5.4.3";
    private const string OrganisationalUnit = "2.5.4.11";

    /// <summary>
    /// Reads it; <see langword="null"/> when the subject does not name exactly one role and one name. Says nothing about whether it is genuine.
    /// </summary>
    public static CertificateOwner? Of(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        string[] units = [.. Parts(certificate, OrganisationalUnit)], names = [.. Parts(certificate, CommonName)];
        return units.Length == 1 && names.Length == 1 && IsName(names[0]) && Enum.TryParse<CertificateRole>(units[0], ignoreCase: true, out var role)
            && string.Equals(role.ToString(), units[0], StringComparison.OrdinalIgnoreCase) // a number is no role
            ? new CertificateOwner(role, names[0]) : null;
    }

    /// <summary>Whether a text can be the name of a certificate's owner: 1 to 60 letters, digits, '-', '_' and '.'.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= 60 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
    }

    /// <summary>
    /// Whether a worker's certificate is for a slot of this name: its own name, or that with <c>-</c> or <c>/</c> and more behind it, so that one
    /// certificate serves a set of workers (<c>worker</c> for <c>worker-0</c>, <c>worker-1</c>, …).
    /// </summary>
    public bool IsFor(string worker)
    {
        ArgumentNullException.ThrowIfNull(worker);
        return worker.StartsWith(Name, StringComparison.Ordinal) && (worker.Length == Name.Length || worker[Name.Length] is '-' or '/');
    }

    private static IEnumerable<string> Parts(X509Certificate2 certificate, string type) => certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        .Where(n => !n.HasMultipleElements && n.GetSingleElementType().Value == type).Select(n => n.GetSingleElementValue() ?? "");
}
