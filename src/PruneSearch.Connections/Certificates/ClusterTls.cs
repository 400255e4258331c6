using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orleans.Connections.Security;
using PruneSearch.Connections.Configuration;

namespace PruneSearch.Connections.Certificates;

/// <summary>
/// What a process of a cluster shows to others, and what it demands of them: certificates of the cluster's authority. Both files are read
/// anew when they change, so that certificates and authorities are renewed without a stop.
/// </summary>
public sealed class ClusterTls
{
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(5);
    private readonly FileCache<X509Certificate2> _own;
    private readonly FileCache<X509Certificate2Collection> _authorities;

    /// <summary>Reads both files, now and whenever they change.</summary>
    /// <param name="certificate">PEM file with the certificate of the process and its key.</param>
    /// <param name="authority">PEM file with the authority; several while it is renewed.</param>
    /// <exception cref="ArgumentException">A file cannot be read, or is something else.</exception>
    public ClusterTls(string certificate, string authority) =>
        (_own, _authorities) = (new(certificate, ReadOwn), new(authority, ReadAuthorities));

    /// <summary>What the settings <c>certificate</c> and <c>authority</c> say; <see langword="null"/> when they say nothing.</summary>
    /// <exception cref="SettingsException">
    /// Only one of them is there, a file cannot be used, or the certificate is not of that authority or not valid now.
    /// </exception>
    public static ClusterTls? Read(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return (settings.Text("certificate"), settings.Text("authority")) switch
        {
            (null, null) => null,
            (null, _) => throw new SettingsException("'authority' is set and 'certificate' is not, expected both or neither"),
            (_, null) => throw new SettingsException("'certificate' is set and 'authority' is not, expected both or neither"),
            ({ } own, { } authority) => settings.Using("certificate", () => new ClusterTls(own, authority).Required(own)),
        };
    }

    // Whoever has one that nobody will take learns of it here, and need not read the log of the other side.
    private ClusterTls Required(string file) => Refusal(_own.Value, Enum.GetValues<CertificateRole>()) is not { } why ? this
        : throw new ArgumentException($"{file}: nobody would take it: {why}");

    /// <summary>Who this process is; <see langword="null"/> when its certificate is none that 'prunesearch certificates' makes.</summary>
    public CertificateOwner? Owner => CertificateOwner.Of(_own.Value);

    /// <summary>How a connection is made or accepted.</summary>
    /// <param name="others">Who may be at its other end.</param>
    public TlsOptions Demand(params CertificateRole[] others) => Demand(_ => { }, others);

    /// <summary>How a connection is made or accepted.</summary>
    /// <param name="refused">Told in one line why a certificate was refused.</param>
    /// <param name="others">Who may be at the other end.</param>
    public TlsOptions Demand(Action<string> refused, params CertificateRole[] others) => new()
    {
        LocalCertificate = _own.Value,
        LocalServerCertificateSelector = (_, _) => _own.Value,
        LocalClientCertificateSelector = (_, _, _, _, _) => _own.Value,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
        RemoteCertificateValidation = (other, _, _) =>
        {
            string? reason = Refusal(other, others);
            if (reason is not null)
            {
                refused(reason);
            }
            return reason is null;
        },
        HandshakeTimeout = HandshakeTimeout,
    };

    /// <summary>Whether a certificate is one of the cluster's authority, valid now, and of one of these roles.</summary>
    public bool Accepts(X509Certificate2 other, params CertificateRole[] roles) => Refusal(other, roles) is null;

    /// <summary>Why a certificate is none of the cluster's authority, or not valid now, or of none of these roles; <see langword="null"/> when it is.</summary>
    public string? Refusal(X509Certificate2 other, params CertificateRole[] roles)
    {
        ArgumentNullException.ThrowIfNull(other);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities.Value);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        string subject = $"'{other.Subject}'";
        if (!chain.Build(other))
        {
            var flags = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
            return (flags & X509ChainStatusFlags.NotTimeValid) == flags
                ? string.Create(CultureInfo.InvariantCulture, $"{subject} is valid from {other.NotBefore:u} to {other.NotAfter:u} only")
                : $"{subject} is not of this cluster's authority ({flags})";
        }
        return CertificateOwner.Of(other) is not { } owner ? $"{subject} names no role and name, expected one that 'prunesearch certificates' made"
            : roles.Contains(owner.Role) ? null
            : $"{subject} is of a {owner.Role.ToString().ToLowerInvariant()}, expected {string.Join(" or ", roles).ToLowerInvariant()}";
    }

    private static X509Certificate2 ReadOwn(string file)
    {
        using var pem = X509Certificate2.CreateFromPemFile(file);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null); // with a key that every platform can use
    }

    private static X509Certificate2Collection ReadAuthorities(string file)
    {
        var found = new X509Certificate2Collection();
        found.ImportFromPemFile(file);
        return found.Count > 0 ? found : throw new CryptographicException("it has no certificate");
    }

    /// <summary>What a file says, read anew when the file changed. While it cannot be read, what it said before holds.</summary>
    private sealed class FileCache<T>
    {
        private readonly string _file;
        private readonly Func<string, T> _read;
        private readonly Lock _gate = new();
        private (DateTime Written, T Value) _known;

        public FileCache(string file, Func<string, T> read)
        {
            (_file, _read) = (file, read);
            try
            {
                _known = (File.GetLastWriteTimeUtc(file), read(file));
            }
            catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
            {
                throw new ArgumentException($"{file}: cannot be used, expected a PEM file with a certificate{(typeof(T) == typeof(X509Certificate2)
                    ? " and its key" : "")}: {e.Message}", e);
            }
        }

        public T Value
        {
            get
            {
                lock (_gate)
                {
                    try
                    {
                        var written = File.GetLastWriteTimeUtc(_file);
                        if (written != _known.Written)
                        {
                            _known = (written, _read(_file));
                        }
                    }
                    catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
                    {
                        // It is being replaced, or gone: the next connection looks again.
                    }
                    return _known.Value;
                }
            }
        }
    }
}
