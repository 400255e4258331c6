namespace PruneSearch.Core.Stages;

/// <summary>
/// Signs of life from within long loops: over pictures, batches, layers, timed runs. A watchdog that hears none for too long
/// takes the work for hung. Like a trace it follows the flow of calls, so no method passes it on, and it costs nothing while nobody listens.
/// </summary>
public static class Heartbeat
{
    private static readonly AsyncLocal<Action?> Listener = new();

    /// <summary>The work got further by a piece that always takes about as long.</summary>
    public static void Beat() => Listener.Value?.Invoke();

    /// <summary>Hears the beats of this thread, and of tasks that it starts, from now on.</summary>
    /// <param name="listener">Called at each beat, from any thread.</param>
    public static void Listen(Action listener) => Listener.Value = listener;
}
