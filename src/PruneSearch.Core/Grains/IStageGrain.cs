using Orleans.CodeGeneration;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>
/// One stage of the stage tree; its key is the stage's key. However many trajectories of however many searches want it,
/// it runs once, and all of them are told.
/// </summary>
[Alias("prunesearch.IStageGrain"), Version(1)]
public interface IStageGrain : IGrainWithStringKey
{
    /// <summary>
    /// A trajectory wants this stage's report. Answers it at once when it is there, otherwise queues the stage and tells later that it ended.
    /// </summary>
    /// <param name="trajectory">Key of the trajectory grain.</param>
    /// <param name="description">What to do.</param>
    /// <param name="deviceClass">Device class whose slots may run it.</param>
    /// <param name="remainingStages">Stages that the trajectory has from here on: longer paths go first.</param>
    /// <param name="retryFailed">Whether to try again when it failed for good.</param>
    /// <param name="traceParent">W3C trace context of the trajectory, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">The description is another stage's.</exception>
    [Alias("Request"), AllowedTo(Callers.Silos)]
    Task<StageStatus> RequestAsync(string trajectory, StageDescription description, string deviceClass, int remainingStages, bool retryFailed,
        string? traceParent);

    /// <summary>A trajectory does not want it any more; nobody wanting it takes it off the queue and stops its worker.</summary>
    [Alias("Release"), AllowedTo(Callers.Silos)]
    Task ReleaseAsync(string trajectory);

    /// <summary>Its report was deleted: it is as if it had never run, unless somebody wants it or works on it.</summary>
    [Alias("Forget"), AllowedTo(Callers.Operators)]
    Task ForgetAsync();

    /// <summary>It was measured on a device that no worker of the cluster reaches: here is its report. Repeating it is harmless.</summary>
    /// <returns>Whether nobody had done it before.</returns>
    /// <exception cref="ArgumentException">The report is another stage's, or no measurement.</exception>
    [Alias("Supply"), AllowedTo(Callers.Operators)]
    Task<bool> SupplyAsync(StageReport report);

    /// <summary>How the stage stands now: waiting, leased, or over with its report or failure.</summary>
    [Alias("Status"), AllowedTo(Callers.Viewers)]
    Task<StageStatus> GetStatusAsync();

    /// <summary>From the dispatcher: a worker starts it. Counts the attempt and bumps the epoch before the work begins.</summary>
    /// <returns>The lease, or <see langword="null"/> when the stage needs no work any more.</returns>
    [Alias("Lease"), AllowedTo(Callers.Silos)]
    Task<StageLease?> LeaseAsync(string worker);

    /// <summary>From the worker: it still gets on.</summary>
    /// <returns><see langword="false"/> when somebody else has the stage, or nobody wants it any more: stop at once.</returns>
    [Alias("RenewLease"), AllowedTo(Callers.Workers)]
    Task<bool> RenewAsync(LeaseTicket ticket, StageProgress progress);

    /// <summary>From the worker: it is done.</summary>
    /// <returns><see langword="false"/> when the lease is not the newest: the result is refused.</returns>
    /// <exception cref="ArgumentException">The report is another stage's.</exception>
    [Alias("CompleteLease"), AllowedTo(Callers.Workers)]
    Task<bool> CompleteAsync(LeaseTicket ticket, StageReport report);

    /// <summary>From the worker: it stops in good order and gives the stage back unfinished. The attempt does not count.</summary>
    [Alias("ReturnLease"), AllowedTo(Callers.Workers)]
    Task ReturnAsync(LeaseTicket ticket);

    /// <summary>From the worker: it did not succeed.</summary>
    [Alias("FailLease"), AllowedTo(Callers.Workers)]
    Task FailAsync(LeaseTicket ticket, AttemptFailure failure);

    /// <summary>From the worker: it cannot get at the inputs. The attempt does not count, and another worker is offered the stage.</summary>
    [Alias("RefuseLease"), AllowedTo(Callers.Workers)]
    Task RefuseAsync(LeaseTicket ticket, string reason);

    /// <summary>From the process that has the worker's slot now: the one that held the lease died without a word. The stage is free at once.</summary>
    /// <param name="ticket">The lease's.</param>
    /// <param name="lastWords">The end of its log.</param>
    [Alias("LeaseholderDied"), AllowedTo(Callers.Workers)]
    Task DiedAsync(LeaseTicket ticket, string lastWords);
}

/// <summary>How a stage stands.</summary>
[GenerateSerializer, Alias("prunesearch.StageStatus")]
public sealed record StageStatus
{
    /// <summary>Whether it waits, runs, or ended, and how.</summary>
    [Id(0)]
    public required WorkState State { get; init; }

    /// <summary>The report of a completed stage.</summary>
    [Id(1)]
    public StageReport? Report { get; init; }

    /// <summary>Why it failed for good, or why its last attempt did.</summary>
    [Id(2)]
    public string? Reason { get; init; }

    /// <summary>Attempts since one got further than all before it: 1 while the first one runs. Those that failed of their place do not count.</summary>
    [Id(3)]
    public int Attempts { get; init; }

    /// <summary>How far its worker is.</summary>
    [Id(4)]
    public StageProgress? Progress { get; init; }

    /// <summary>Last lines of the log of the worker where the last attempt did not succeed.</summary>
    [Id(5)]
    public string? LogTail { get; init; }

    /// <summary>The worker that has it; <see langword="null"/> when none has.</summary>
    [Id(6)]
    public string? Worker { get; init; }
}

/// <summary>The right to run a stage for a while.</summary>
[GenerateSerializer, Alias("prunesearch.StageLease")]
public sealed record StageLease
{
    /// <summary>Key of the stage that is to be run.</summary>
    [Id(0)]
    public required StageKey Key { get; init; }

    /// <summary>The stage's work, from which its key follows.</summary>
    [Id(1)]
    public required StageDescription Description { get; init; }

    /// <summary>Grows with every lease of the stage: tells old holders from the present one. Not the number of the attempt.</summary>
    [Id(2)]
    public required long Epoch { get; init; }

    /// <summary>Which attempt at the stage it is, from 1: leases that were given back in good order do not count.</summary>
    [Id(10)]
    public int Attempt { get; init; }

    /// <summary>How long it lasts without being renewed.</summary>
    [Id(3)]
    public required TimeSpan TimeToLive { get; init; }

    /// <summary>W3C trace context under which the worker's spans stand.</summary>
    [Id(4)]
    public string? TraceParent { get; init; }

    /// <summary>The worker to which it was given.</summary>
    [Id(5)]
    public required string Worker { get; init; }

    /// <summary>What only this worker knows.</summary>
    [Id(6)]
    public required Guid Secret { get; init; }

    /// <summary>Proves that the lease was given.</summary>
    public LeaseTicket Ticket => new(Epoch, Worker, Secret);
}

/// <summary>Proves that a lease was given: without it nobody can say anything about how a stage stands.</summary>
/// <param name="Epoch">The lease's epoch, above 0.</param>
/// <param name="Worker">The worker to which it was given.</param>
/// <param name="Secret">Made at random for the lease.</param>
[GenerateSerializer, Alias("prunesearch.LeaseTicket")]
public readonly record struct LeaseTicket([property: Id(0)] long Epoch, [property: Id(1)] string Worker, [property: Id(2)] Guid Secret) : INamesWorker;
