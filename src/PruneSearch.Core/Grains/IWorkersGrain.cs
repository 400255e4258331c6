using Orleans.Concurrency;
using PruneSearch.Core.Stages;

namespace PruneSearch.Core.Grains;

/// <summary>
/// Who is there: every slot of every device class, and what it does; its key is always <c>all</c>. It lives in memory: slots tell again and
/// again that they are there, which fills it after a restart, and each tells then whether it was drained.
/// </summary>
[Alias("prunesearch.IWorkersGrain")]
public interface IWorkersGrain : IGrainWithStringKey
{
    /// <summary>From a slot, at least as often as its lease has to be renewed: it is there.</summary>
    /// <param name="slot">What it is and does.</param>
    /// <returns>Whether it shall take no new stage.</returns>
    [Alias("Present"), AllowedTo(Callers.Workers), AlwaysInterleave]
    Task<bool> PresentAsync(SlotPresence slot);

    /// <summary>All slots that were heard of in the last ten minutes, by name.</summary>
    [Alias("List"), AllowedTo(Callers.Viewers), AlwaysInterleave]
    Task<IReadOnlyList<SlotStatus>> ListAsync();

    /// <summary>A slot shall end the stage that it has and take no new one, or take new ones again.</summary>
    /// <param name="worker">Its name, as the list shows it.</param>
    /// <param name="drained">Whether it shall take none.</param>
    /// <returns>Whether there is such a slot.</returns>
    [Alias("Drain"), AllowedTo(Callers.Operators), AlwaysInterleave]
    Task<bool> DrainAsync(string worker, bool drained);
}

/// <summary>What a slot says of itself.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SlotPresence")]
public sealed record SlotPresence : INamesWorker
{
    /// <summary>Its name in logs and leases, unique in a cluster.</summary>
    [Id(0)]
    public required string Worker { get; init; }

    /// <summary>Device class whose stages it takes.</summary>
    [Id(1)]
    public required string DeviceClass { get; init; }

    /// <summary>Name of its machine.</summary>
    [Id(2)]
    public required string Machine { get; init; }

    /// <summary>Identifier of the slot's process on its machine.</summary>
    [Id(3)]
    public required int Process { get; init; }

    /// <summary>Version of PruneSearch that it runs.</summary>
    [Id(4)]
    public required string Version { get; init; }

    /// <summary>The stage that it works on; <see langword="null"/> for none.</summary>
    [Id(5)]
    public StageKey? Stage { get; init; }

    /// <summary>How far that is.</summary>
    [Id(6)]
    public StageProgress? Progress { get; init; }

    /// <summary>Since when it does what it does, by its clock.</summary>
    [Id(7)]
    public required DateTimeOffset Since { get; init; }

    /// <summary>Whether it takes no new stage.</summary>
    [Id(8)]
    public bool Drained { get; init; }
}

/// <summary>A slot as others see it.</summary>
/// <param name="Slot">What it said last.</param>
/// <param name="Silence">How long ago that was.</param>
/// <param name="Gone">Whether that is so long ago that its stage was given to another one.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.SlotStatus")]
public sealed record SlotStatus([property: Id(0)] SlotPresence Slot, [property: Id(1)] TimeSpan Silence, [property: Id(2)] bool Gone);
