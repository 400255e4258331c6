using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PruneSearch.Connections.Configuration;
using PruneSearch.Core.Files;

namespace PruneSearch.Connections.Certificates;

/// <summary>
/// A folder with a cluster's certificate authority and the certificates that it issued. Keys are elliptic-curve keys of 256 bits; each
/// file with one can be read by its owner alone.
/// </summary>
public sealed class CertificateFolder(string folder, TimeProvider time)
{
    private const string AuthorityKey = "authority.key";
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(5); // clocks differ

    /// <summary>File of the authority's certificate, which every process gets. It is no secret.</summary>
    public string Authority => Path.Combine(folder, "authority.pem");

    /// <summary>Makes an authority, unless the folder has one.</summary>
    /// <param name="validity">How long it is valid.</param>
    /// <returns>Whether it was made.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public bool MakeAuthority(TimeSpan validity)
    {
        OwnerOnly.MakeFolder(folder);
        if (File.Exists(Authority))
        {
            return false;
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A name of its own: while an authority is renewed, processes know two of them.
        string number = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
        var request = new CertificateRequest($"CN=PruneSearch cluster authority {number}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Slack, now + validity);
        WriteSecret(AuthorityKey, key.ExportPkcs8PrivateKeyPem() + "\n");
        AtomicFile.Write(Authority, certificate.ExportCertificatePem() + "\n");
        return true;
    }

    /// <summary>Issues a certificate: one PEM file with the certificate and its key. One that is there is replaced: the process reads it anew.</summary>
    /// <param name="role">What its owner may be.</param>
    /// <param name="name">For people and logs; letters, digits, '-', '_' and '.'.</param>
    /// <param name="validity">How long it is valid; never longer than the authority.</param>
    /// <returns>The file.</returns>
    /// <exception cref="IOException">The folder cannot be read or written, or has no authority that is valid.</exception>
    public string Issue(CertificateRole role, string name, TimeSpan validity)
    {
        using var authority = ReadAuthority();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string word = role.ToString().ToLowerInvariant();
        var request = new CertificateRequest($"CN={name}, OU={word}, O=PruneSearch", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            role == CertificateRole.Silo ? [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")] : [new("1.3.6.1.5.5.7.3.2")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, includeIssuerAndSerial: false));
        var now = time.GetUtcNow();
        DateTimeOffset from = now - Slack, until = now + validity, last = new(authority.NotAfter.ToUniversalTime());
        var first = new DateTimeOffset(authority.NotBefore.ToUniversalTime());
        using var certificate = request.Create(authority, from < first ? first : from, until > last ? last : until, RandomNumberGenerator.GetBytes(16));
        string file = $"{word}-{name}.pem";
        WriteSecret(file, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return Path.Combine(folder, file);
    }

    private X509Certificate2 ReadAuthority()
    {
        try
        {
            var authority = X509Certificate2.CreateFromPemFile(Authority, Path.Combine(folder, AuthorityKey));
            return authority.NotAfter.ToUniversalTime() > time.GetUtcNow() ? authority
                : throw new IOException($"{Authority}: is valid until {authority.NotAfter:u} only, expected an authority that still is");
        }
        catch (Exception e) when (e is CryptographicException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new IOException($"{folder}: has no certificate authority that can be used, expected authority.pem and {AuthorityKey}: {e.Message}", e);
        }
    }

    // For its owner alone from its first byte on.
    private void WriteSecret(string name, string text) =>
        AtomicFile.Write(Path.Combine(folder, name), text, UnixFileMode.UserRead | UnixFileMode.UserWrite);
}
