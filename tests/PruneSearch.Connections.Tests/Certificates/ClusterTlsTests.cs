using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using PruneSearch.Connections.Certificates;
using PruneSearch.Connections.Configuration;

namespace PruneSearch.Connections.Tests.Certificates;

public sealed class ClusterTlsTests : IDisposable
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("certificates").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Certificates_of_the_authority_are_accepted_for_their_role_alone()
    {
        var folder = Folder("a");
        string silo = folder.Issue(CertificateRole.Silo, "s", Day), client = folder.Issue(CertificateRole.Operator, "silo", Day); // a name is no role
        var tls = new ClusterTls(silo, folder.Authority);

        Assert.Equal((true, false), (tls.Accepts(Read(silo), CertificateRole.Silo), tls.Accepts(Read(silo), CertificateRole.Operator)));
        Assert.Equal((false, true), (tls.Accepts(Read(client), CertificateRole.Silo), tls.Accepts(Read(client), CertificateRole.Operator)));
        Assert.True(tls.Accepts(Read(client), CertificateRole.Silo, CertificateRole.Operator));
    }

    [Fact]
    public void Foreign_self_made_and_expired_certificates_are_refused()
    {
        var (own, other) = (Folder("a"), Folder("b"));
        var tls = new ClusterTls(own.Issue(CertificateRole.Silo, "s", Day), own.Authority);
        var past = new FakeTimeProvider(DateTimeOffset.UtcNow - TimeSpan.FromDays(20));
        var old = new CertificateFolder(Path.Combine(_folder, "old"), past);
        old.MakeAuthority(TimeSpan.FromDays(100));
        string expired = old.Issue(CertificateRole.Silo, "s", Day);

        Assert.False(tls.Accepts(Read(other.Issue(CertificateRole.Silo, "s", Day)), CertificateRole.Silo));
        Assert.False(tls.Accepts(X509CertificateLoader.LoadCertificateFromFile(other.Authority), CertificateRole.Silo));
        Assert.False(new ClusterTls(expired, old.Authority).Accepts(Read(expired), CertificateRole.Silo));
    }

    [Fact]
    public void A_renewed_certificate_and_a_second_authority_are_read_without_a_stop_and_a_damaged_file_changes_nothing()
    {
        var (own, next) = (Folder("a"), Folder("b"));
        string mine = own.Issue(CertificateRole.Silo, "s", Day), theirs = next.Issue(CertificateRole.Silo, "s", Day);
        var tls = new ClusterTls(mine, own.Authority);
        string first = tls.Demand(CertificateRole.Silo).LocalCertificate!.Thumbprint;
        Assert.False(tls.Accepts(Read(theirs), CertificateRole.Silo));

        Replace(own.Authority, File.ReadAllText(own.Authority) + File.ReadAllText(next.Authority));
        Replace(mine, File.ReadAllText(theirs));

        Assert.True(tls.Accepts(Read(theirs), CertificateRole.Silo));
        Assert.NotEqual(first, tls.Demand(CertificateRole.Silo).LocalCertificate!.Thumbprint);
        Replace(mine, "-----BEGIN CERTIFICATE-----\n");
        Replace(own.Authority, "");
        Assert.True(tls.Accepts(Read(theirs), CertificateRole.Silo));
        Assert.Equal(Read(theirs).Thumbprint, tls.Demand(CertificateRole.Silo).LocalCertificate!.Thumbprint);
    }

    [Fact]
    public void Keys_are_read_by_their_owner_alone_and_an_authority_is_made_once()
    {
        var folder = Folder("a");
        string before = File.ReadAllText(folder.Authority), file = folder.Issue(CertificateRole.Operator, "c", TimeSpan.FromDays(9999));

        Assert.False(folder.MakeAuthority(Day));
        Assert.Equal(before, File.ReadAllText(folder.Authority));
        Assert.True(OwnerOnly.Is(file) && OwnerOnly.Is(Path.Combine(_folder, "a", "authority.key")));
        Assert.True(Read(file).NotAfter <= X509CertificateLoader.LoadCertificateFromFile(folder.Authority).NotAfter);
        File.WriteAllText(Path.Combine(_folder, "a", "authority.key"), "nothing");
        Assert.Contains("authority.key", Assert.Throws<IOException>(() => folder.Issue(CertificateRole.Silo, "s", Day)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("certificate: FILE", "'authority' is not")]
    [InlineData("authority: FILE", "'certificate' is not")]
    [InlineData("certificate: nowhere.pem\nauthority: FILE", "nowhere.pem: cannot be used, expected a PEM file with a certificate and its key")]
    [InlineData("certificate: FILE\nauthority: FILE", "expected a PEM file with a certificate and its key")] // the authority's has no key
    public void Settings_that_lack_a_file_or_name_a_wrong_one_are_refused(string text, string expected)
    {
        string file = Path.Combine(_folder, "settings.yaml");
        File.WriteAllText(file, "gateways: 127.0.0.1:30000\n" + text.Replace("FILE", Folder("a").Authority, StringComparison.Ordinal) + "\n");
        Assert.Contains(expected, Assert.Throws<SettingsException>(() => ClusterAddress.Parse(file, _ => null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_that_has_run_out_or_is_of_another_authority_is_refused_before_anybody_is_asked()
    {
        string own = Folder("a").Authority, file = Path.Combine(_folder, "settings.yaml");
        string expired = Folder("a").Issue(CertificateRole.Operator, "late", TimeSpan.FromMinutes(-1));
        Assert.Contains("late.pem: nobody would take it: 'CN=late, OU=operator, O=PruneSearch' is valid from", Refusal(expired), StringComparison.Ordinal);
        string foreign = Folder("b").Issue(CertificateRole.Operator, "mallory", Day);
        Assert.Contains("'CN=mallory, OU=operator, O=PruneSearch' is not of this cluster's authority", Refusal(foreign), StringComparison.Ordinal);

        string Refusal(string certificate)
        {
            File.WriteAllText(file, $"gateways: 127.0.0.1:30000\ncertificate: {certificate}\nauthority: {own}\n");
            return Assert.Throws<SettingsException>(() => ClusterAddress.Parse(file, _ => null)).Message;
        }
    }

    private CertificateFolder Folder(string name)
    {
        var folder = new CertificateFolder(Path.Combine(_folder, name), TimeProvider.System);
        folder.MakeAuthority(TimeSpan.FromDays(30));
        return folder;
    }

    private static X509Certificate2 Read(string file) => X509Certificate2.CreateFromPemFile(file);

    private static void Replace(string file, string text)
    {
        var before = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, text);
        File.SetLastWriteTimeUtc(file, before.AddSeconds(2));
    }
}
