using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;
using PruneSearch.Cluster.Observability;
using PruneSearch.Connections.Certificates;
using PruneSearch.Core.Grains;

namespace PruneSearch.Cluster.Connections;

/// <summary>Whether a cluster knows its callers by certificate; without, whoever reaches a port may do everything.</summary>
/// <param name="ByCertificate">Whether it does.</param>
internal sealed record CallerRule(bool ByCertificate);

/// <summary>
/// Lets clients call what their certificate allows, and nothing else: what a method says with <see cref="AllowedToAttribute"/>, and of Orleans'
/// own only the question for the list of grain types, which every client asks, and what <see cref="DashboardRights"/> names. Who
/// calls, the gateway has written into the message.
/// </summary>
internal sealed class GrainRightsFilter(CallerRule rule, TimeProvider time, ILogger<GrainRightsFilter> logger) : IIncomingGrainCallFilter
{
    private const string GrainTypes = "Orleans.Runtime.IClusterManifestSystemTarget";
    private const int Remembered = 1000;
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(10);
    private static readonly ConcurrentDictionary<MethodInfo, Callers> Rights = [];
    private readonly ConcurrentDictionary<(string Owner, string Method), long> _told = [];

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (!rule.ByCertificate || !Caller.IsClient(context.SourceId, out var owner) || owner is { Role: CertificateRole.Silo })
        {
            return context.Invoke();
        }
        var method = context.InterfaceMethod;
        return method.DeclaringType?.FullName == GrainTypes ? context.Invoke()
            : owner is null ? Refuse("a client without a certificate", method, "it has no certificate")
            : !IsAllowed(owner.Role, Of(method)) ? Refuse(Named(owner), method, $"that is for {Of(method).ToString().ToLowerInvariant()}")
            : owner.Role is CertificateRole.Worker && Worker(context) is var worker && !owner.IsFor(worker)
                ? Refuse(Named(owner), method, $"that was said in the name of worker '{worker}'")
            : context.Invoke();
    }

    /// <summary>Who may call a method from outside the silos.</summary>
    internal static Callers Of(MethodInfo method) => Rights.GetOrAdd(method, m => m.GetCustomAttribute<AllowedToAttribute>()?.Callers
        ?? (DashboardRights.Allow(m) ? Callers.Viewers : Callers.Silos));

    private static bool IsAllowed(CertificateRole role, Callers callers) => role switch
    {
        CertificateRole.Worker => callers is Callers.Workers,
        CertificateRole.Operator => callers is Callers.Operators or Callers.Viewers,
        CertificateRole.Viewer => callers is Callers.Viewers,
        _ => false,
    };

    // In whose name a worker speaks.
    private static string Worker(IIncomingGrainCallContext context)
    {
        var parameters = context.InterfaceMethod.GetParameters();
        for (int i = 0; i < parameters.Length; i++)
        {
            if (context.Request.GetArgument(i) is INamesWorker named)
            {
                return named.Worker ?? "";
            }
            if (parameters[i] is { Name: "worker" } && context.Request.GetArgument(i) is string worker)
            {
                return worker;
            }
        }
        return "";
    }

    private static string Named(CertificateOwner owner) => $"{owner.Role.ToString().ToLowerInvariant()} {owner.Name}";

    private Task Refuse(string who, MethodInfo method, string why)
    {
        string what = $"{method.DeclaringType?.Name}.{method.Name}";
        bool first = !_told.TryGetValue((who, what), out long told) || time.GetElapsedTime(told) >= LogInterval;
        if (first)
        {
            if (_told.Count >= Remembered)
            {
                _told.Clear();
            }
            _told[(who, what)] = time.GetTimestamp();
            Log.CallRefused(logger, who, what, why);
        }
        throw new ClusterException($"'{what}' is not allowed to {who}: {why}");
    }
}
