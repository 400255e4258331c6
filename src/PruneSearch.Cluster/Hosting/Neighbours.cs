using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace PruneSearch.Cluster.Hosting;

/// <summary>
/// The silos that are there when a silo without certificates comes. Where they ask for certificates it could not talk to them, and they would declare
/// it dead after a while: so it does not join.
/// </summary>
internal static class Neighbours
{
    private const int Asked = 3;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10); // on a busy machine: one who speaks as we do, or is not there, says so at once

    /// <summary>Refuses to join silos that ask for certificates.</summary>
    /// <exception cref="IOException">They do; the message names one.</exception>
    public static async Task RequireOpenAsync(IServiceProvider services, SiloOptions options, CancellationToken cancellation)
    {
        var table = services.GetRequiredService<IMembershipTable>();
        // A new cluster has no version yet, and nothing can be read of it. Whoever joins makes it in the same way.
        await table.InitializeMembershipTableAsync(tryInitTableVersion: true, cancellation).ConfigureAwait(false);
        var members = (await table.ReadAllAsync(cancellation).ConfigureAwait(false)).Members.Select(m => m.Item1).Where(m => m.Status == SiloStatus.Active);
        foreach (var member in members.OrderByDescending(m => m.IAmAliveTime).Take(Asked))
        {
            if (await AsksForCertificatesAsync(member.SiloAddress.Endpoint, cancellation).ConfigureAwait(false))
            {
                throw new IOException($"Silo {options.Name} cannot join cluster '{options.ClusterId}': silo {member.SiloName} at " +
                    $"{member.SiloAddress.Endpoint} asks for certificates, expected 'certificate' and 'authority'");
            }
        }
    }

    private static async Task<bool> AsksForCertificatesAsync(IPEndPoint silo, CancellationToken cancellation)
    {
        bool shown = false;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(TimeLimit);
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(silo, timeout.Token).ConfigureAwait(false);
            var tls = new SslStream(socket.GetStream());
            await using (tls.ConfigureAwait(false))
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
                {
                    TargetHost = silo.Address.ToString(),
                    RemoteCertificateValidationCallback = (_, certificate, _, _) => !(shown = certificate is not null), // that was all there was to learn
                }, timeout.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested(); // otherwise nobody is there, or one who speaks as we do
        }
        return shown;
    }
}
