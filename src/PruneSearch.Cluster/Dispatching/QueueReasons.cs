using PruneSearch.Core.Grains;
using PruneSearch.Core.Searches;

namespace PruneSearch.Cluster.Dispatching;

/// <summary>Why stages that are ready do not run.</summary>
internal sealed class QueueReasons
{
    /// <summary>Stages of which the position is told at most: of those behind them only that they are.</summary>
    public const int Named = 100;

    private readonly QueueStatus? _status;
    private readonly string _place;
    private readonly Dictionary<string, int> _positions;
    private readonly Dictionary<string, DeclinedStage> _declined;

    /// <summary>From a queue's status; <see langword="null"/> when it did not answer.</summary>
    public QueueReasons(string deviceClass, QueueStatus? status)
    {
        _status = status;
        _place = $"waits for a slot of class {deviceClass}";
        _positions = (status?.First ?? []).Index().ToDictionary(s => s.Item, s => s.Index + 1);
        _declined = (status?.Declined ?? []).ToDictionary(d => d.Key);
    }

    /// <summary>Why a stage does not run that waits for a slot.</summary>
    public WaitReason Of(string stageKey)
    {
        if (_status is null)
        {
            return new WaitReason(WaitKind.Silence, $"{_place}: its queue does not answer");
        }
        if (_status.Slots == 0)
        {
            return new WaitReason(WaitKind.NoSlot, $"{_place}: none is known");
        }
        if (!_declined.TryGetValue(stageKey, out var declined))
        {
            return new WaitReason(WaitKind.Queue, _place + Position(stageKey));
        }
        string by = $"declined by {declined.Slots} of {Math.Max(declined.Slots, _status.Slots ?? 0)} slots: {declined.Reason}";
        return declined.Slots >= _status.Slots ? new WaitReason(WaitKind.Declined, $"{_place}: {by}") : new WaitReason(WaitKind.Queue, $"{_place}{Position(stageKey)}; {by}");
    }

    private string Position(string stageKey) =>
        _positions.TryGetValue(stageKey, out int position) ? $": position {position} of {_status!.Length}"
        : _status!.Length > Named ? $": more than {Named} stages go first" : "";
}
