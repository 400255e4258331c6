using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>Why stages that are ready do not run.</summary>
/// <param name="deviceClass">Whose queue it is.</param>
/// <param name="status">The queue's status; <see langword="null"/> when it did not answer.</param>
internal sealed class QueueReasons(string deviceClass, QueueStatus? status)
{
    /// <summary>Stages of which the position is told at most: of those behind them only that they are.</summary>
    public const int Named = 100;

    private readonly string _place = $"waits for a slot of class {deviceClass}";
    private readonly Dictionary<StageKey, int> _positions = (status?.First ?? []).Index().ToDictionary(s => s.Item, s => s.Index + 1);
    private readonly Dictionary<StageKey, DeclinedStage> _declined = (status?.Declined ?? []).ToDictionary(d => d.Key);

    /// <summary>Slots of the class; <see langword="null"/> while nobody knows.</summary>
    public int? Slots => status?.Slots;

    public WaitReason Of(StageKey stageKey)
    {
        if (status is null)
        {
            return new WaitReason(WaitKind.Silence, $"{_place}: its queue does not answer");
        }
        if (status.Slots == 0)
        {
            return new WaitReason(WaitKind.NoSlot, $"{_place}: none is known");
        }
        if (!_declined.TryGetValue(stageKey, out var declined))
        {
            return new WaitReason(WaitKind.Queue, _place + Position(stageKey));
        }
        string by = $"declined by {declined.Slots} of {Math.Max(declined.Slots, status.Slots ?? 0)} slots: {declined.Reason}";
        return declined.Slots >= status.Slots
            ? new WaitReason(WaitKind.Declined, $"{_place}: {by}") : new WaitReason(WaitKind.Queue, $"{_place}{Position(stageKey)}; {by}");
    }

    private string Position(StageKey stageKey) =>
        _positions.TryGetValue(stageKey, out int position) ? $": position {position} of {status!.Length}"
        : status!.Length > Named ? $": more than {Named} stages go first" : "";
}
