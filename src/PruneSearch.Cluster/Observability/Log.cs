using Microsoft.Extensions.Logging;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cluster.Observability;

/// <summary>All log messages of the cluster.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "A message of {Grain} was lost; polling makes up for it")]
    public static partial void MessageLost(ILogger logger, Exception? exception, string grain);

    [LoggerMessage(2, LogLevel.Warning, "The lease of epoch {Epoch} of stage {Stage} expired: worker {Worker} was not heard of")]
    public static partial void LeaseExpired(ILogger logger, long epoch, string stage, string worker);

    [LoggerMessage(3, LogLevel.Warning, "Attempt {Attempt} at stage {Stage} did not succeed: {Reason}")]
    public static partial void AttemptFailed(ILogger logger, int attempt, string stage, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Stage {Stage} could not be leased")]
    public static partial void ClaimFailed(ILogger logger, Exception exception, string stage);

    [LoggerMessage(5, LogLevel.Warning, "The worker could not ask for work; it tries again")]
    public static partial void WorkerIdle(ILogger logger, Exception exception);

    [LoggerMessage(6, LogLevel.Warning, "The lease of epoch {Epoch} of stage {Stage} could not be renewed")]
    public static partial void RenewalFailed(ILogger logger, Exception exception, long epoch, string stage);

    [LoggerMessage(7, LogLevel.Error, "Stage {Stage} threw")]
    public static partial void StageThrew(ILogger logger, Exception exception, string stage);

    [LoggerMessage(8, LogLevel.Warning, "How the attempt of epoch {Epoch} at stage {Stage} ended could not be told; its lease will expire")]
    public static partial void OutcomeLost(ILogger logger, Exception exception, long epoch, string stage);

    [LoggerMessage(9, LogLevel.Warning, "Search {Search} could not be polled; it is tried again")]
    public static partial void PollFailed(ILogger logger, Exception exception, string search);

    [LoggerMessage(10, LogLevel.Warning, "Unfinished searches could not be woken; it is tried again")]
    public static partial void WakeFailed(ILogger logger, Exception exception);

    [LoggerMessage(11, LogLevel.Information, "Search {Search} goes on")]
    public static partial void SearchDriven(ILogger logger, string search);

    [LoggerMessage(12, LogLevel.Information, "Search {Search} ended: {State}")]
    public static partial void SearchEnded(ILogger logger, string search, string state);

    [LoggerMessage(13, LogLevel.Information, "Attempt {Attempt} (epoch {Epoch}) at stage {Stage} begins")]
    public static partial void StageBegins(ILogger logger, int attempt, long epoch, string stage);

    [LoggerMessage(14, LogLevel.Information, "Attempt {Attempt} (epoch {Epoch}) at stage {Stage} ended: {Outcome}")]
    public static partial void StageEnded(ILogger logger, int attempt, long epoch, string stage, string outcome);

    [LoggerMessage(15, LogLevel.Warning, "Worker {Worker} cannot run stage {Stage}: {Reason}")]
    public static partial void StageRefused(ILogger logger, string worker, string stage, string reason);

    [LoggerMessage(16, LogLevel.Warning, "Trajectory {Trajectory} of search {Search} did not answer; it is asked again")]
    public static partial void TrajectorySilent(ILogger logger, Exception exception, string trajectory, string search);

    [LoggerMessage(40, LogLevel.Warning, "{Count} connections to {Port} were turned away, the last one from {Remote}: they said nothing, or lacked what " +
        "this port asks for")]
    public static partial void ConnectionsTurnedAway(ILogger logger, int count, string port, string remote);

    [LoggerMessage(44, LogLevel.Warning, "A certificate was refused at the port for {Port}: {Reason}")]
    public static partial void CertificateRefused(ILogger logger, string port, string reason);

    [LoggerMessage(45, LogLevel.Warning, "{Who} may not call {Method}: {Reason}")]
    public static partial void CallRefused(ILogger logger, string who, string method, string reason);

    [LoggerMessage(46, LogLevel.Warning, "The connection of {Role} {Name} from {Remote} was closed: {Reason}")]
    public static partial void ClientRefused(ILogger logger, CertificateRole role, string name, string remote, string reason);

    [LoggerMessage(47, LogLevel.Information, "The connection of {Role} {Name} was closed: its certificate has expired")]
    public static partial void CertificateExpired(ILogger logger, CertificateRole role, string name);

    [LoggerMessage(48, LogLevel.Warning, "{Reason}; it is tried again")]
    public static partial void NoGateway(ILogger logger, string reason);

    [LoggerMessage(49, LogLevel.Information, "A gateway of the cluster was reached")]
    public static partial void GatewayFound(ILogger logger);

    [LoggerMessage(50, LogLevel.Warning, "The cluster does not answer: {Reason}; what is at work goes on, and it is asked again")]
    public static partial void ContactLost(ILogger logger, string reason);

    [LoggerMessage(51, LogLevel.Information, "The cluster answers again, after {Seconds:F0} s")]
    public static partial void ContactFound(ILogger logger, double seconds);

    [LoggerMessage(17, LogLevel.Warning, "The queue of device class {DeviceClass} did not answer search {Search}; it is asked again")]
    public static partial void QueueSilent(ILogger logger, Exception? exception, string deviceClass, string search);

    [LoggerMessage(18, LogLevel.Warning, "How far stage {Stage} is could not be saved; its lease holds")]
    public static partial void ProgressUnsaved(ILogger logger, Exception exception, string stage);

    [LoggerMessage(19, LogLevel.Error, "Attempt {Epoch} at stage {Stage} hangs: {Reason}; it is told to stop")]
    public static partial void StageHangs(ILogger logger, long epoch, string stage, string reason);

    [LoggerMessage(20, LogLevel.Critical, "{Reason}")]
    public static partial void SlotStuck(ILogger logger, string reason);

    [LoggerMessage(21, LogLevel.Warning, "Fault of this place: {Reason}; the slot asks for work again in {Seconds} s")]
    public static partial void PlaceFault(ILogger logger, string reason, double seconds);

    [LoggerMessage(22, LogLevel.Information, "The slot {What}")]
    public static partial void SlotDrained(ILogger logger, string what);

    [LoggerMessage(41, LogLevel.Error, "Error {Id}: {What}")]
    public static partial void ErrorTranslated(ILogger logger, Exception exception, string id, string what);

    [LoggerMessage(42, LogLevel.Warning, "Not ready: {Reasons}")]
    public static partial void NotReady(ILogger logger, string reasons);

    [LoggerMessage(43, LogLevel.Information, "Ready again")]
    public static partial void ReadyAgain(ILogger logger);

    [LoggerMessage(44, LogLevel.Information, "Retention: {Stages} stages and {Others} other objects that no search needs were deleted, {Bytes} bytes")]
    public static partial void RetentionDeleted(ILogger logger, int stages, int others, long bytes);

    [LoggerMessage(45, LogLevel.Warning, "Retention: nothing more is deleted this time")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);
}
