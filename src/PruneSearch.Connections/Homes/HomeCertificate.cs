using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;

namespace PruneSearch.Connections.Homes;

/// <summary>
/// What the process that runs a home's searches and the other processes of the home's owner show each other before they talk:
/// a certificate made at each start. Certificate and key stand in a file that nobody else can read; both sides must have both.
/// </summary>
public static class HomeCertificate
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);

    // No date is looked at: the pair lives as long as its process, and clocks are set back.
    private static readonly TimeSpan Validity = TimeSpan.FromDays(3650);

    /// <summary>Makes one: PKCS #12 without a password, with an elliptic-curve key of 256 bits.</summary>
    public static byte[] Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = time.GetUtcNow();
        using var certificate = new CertificateRequest("CN=prunesearch", key, HashAlgorithmName.SHA256).CreateSelfSigned(now - Validity, now + Validity);
        return certificate.Export(X509ContentType.Pkcs12);
    }

    /// <summary>How either side shows it and demands it of the other.</summary>
    /// <exception cref="CryptographicException">These are no certificate and key.</exception>
    public static TlsOptions Demand(byte[] pkcs12)
    {
        var own = X509CertificateLoader.LoadPkcs12(pkcs12, null);
        return new TlsOptions
        {
            LocalCertificate = own,
            RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
            ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
            RemoteCertificateValidation = (other, _, _) => CryptographicOperations.FixedTimeEquals(other.RawDataMemory.Span, own.RawDataMemory.Span),
            HandshakeTimeout = HandshakeTimeout,
        };
    }
}
