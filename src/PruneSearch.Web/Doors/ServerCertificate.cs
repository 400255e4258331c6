using System.Security.Cryptography.X509Certificates;

namespace PruneSearch.Web.Doors;

/// <summary>A certificate with its key in a PEM file, read again when the file changed: it is renewed without a restart.</summary>
internal sealed class ServerCertificate(string file)
{
    private readonly Lock _reading = new();
    private (DateTime Written, X509Certificate2 Certificate)? _read;

    /// <summary>The certificate as the file has it now; the one before when the file is just being replaced.</summary>
    /// <exception cref="IOException">The file cannot be read and never was.</exception>
    public X509Certificate2 Current
    {
        get
        {
            lock (_reading)
            {
                var written = File.GetLastWriteTimeUtc(file);
                if (_read?.Written != written)
                {
                    _read = Read(written) ?? _read;
                }
                return _read!.Value.Certificate;
            }
        }
    }

    private (DateTime, X509Certificate2)? Read(DateTime written)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(file);
            // Some systems' TLS needs a key that went through this form.
            return (written, X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null));
        }
        catch (Exception e) when (e is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            return _read is null ? throw new IOException($"{file}: is no PEM file with a certificate and its key: {e.Message}", e) : null;
        }
    }
}
