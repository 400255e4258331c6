namespace PruneSearch.Core.Searches;

/// <summary>Kinds of reasons why a trajectory is not at work.</summary>
public enum WaitKind
{
    /// <summary>Its search was interrupted and nobody works on it.</summary>
    Interrupted,

    /// <summary>Its next stage is another trajectory's too, which shows how that one stands.</summary>
    Stage,

    /// <summary>Its next stage is queued, and its turn comes.</summary>
    Queue,

    /// <summary>Its next stage is queued, and no slot of its device class is known.</summary>
    NoSlot,

    /// <summary>Its next stage is queued, and every slot that is known declined it.</summary>
    Declined,

    /// <summary>The queue does not answer.</summary>
    Silence,
}

/// <summary>Why a trajectory is not at work.</summary>
/// <param name="Text">In words, one line: <c>waits for stage 1 of dense</c>.</param>
[GenerateSerializer, Immutable, Alias("prunesearch.WaitReason")]
public sealed record WaitReason([property: Id(0)] WaitKind Kind, [property: Id(1)] string Text);
