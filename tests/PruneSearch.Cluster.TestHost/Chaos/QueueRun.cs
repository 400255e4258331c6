using System.Diagnostics;
using System.Globalization;
using System.Text;
using PruneSearch.Cluster.Dispatching;
using PruneSearch.Core.Stages;

namespace PruneSearch.Cluster.TestHost.Chaos;

/// <summary>What the queue of a device class costs by itself: the dispatcher answers one call at a time.</summary>
public static class QueueRun
{
    /// <summary>Fills and empties a queue and writes the processor time of each step.</summary>
    /// <param name="stages">Stages that wait at once.</param>
    /// <param name="searches">Searches that they are of.</param>
    /// <param name="slots">Slots that take them.</param>
    /// <param name="output">Where figures are written.</param>
    public static void Run(int stages, int searches, int slots, TextWriter output)
    {
        var queue = new ReadyQueue(TimeProvider.System, TimeSpan.FromMinutes(1));
        StageKey[] keys = [.. Enumerable.Range(0, stages).Select(i => StageKey.Of(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture))))];
        string[][] names = [.. Enumerable.Range(0, searches).Select(i => new[] { string.Create(CultureInfo.InvariantCulture, $"search-{i}") })];
        Measure("add", stages, i => queue.Add(keys[i], 1 + i % 5, names[i % searches]));
        Measure("add again", stages, i => queue.Add(keys[i], 1 + i % 5, names[i % searches]));
        Measure("look at all that wait", 100, _ => queue.Oldest());
        Measure("name the first 100", 100, _ => queue.First(100));
        string[] workers = [.. Enumerable.Range(0, slots).Select(i => string.Create(CultureInfo.InvariantCulture, $"worker-{i}"))];
        Measure("take", stages, i => queue.Take(workers[i % slots]));

        void Measure(string what, int times, Action<int> act)
        {
            act(0);
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            for (int i = 1; i < times; i++)
            {
                act(i);
            }
            process.Refresh();
            double each = (process.TotalProcessorTime - before).TotalMilliseconds * 1000 / (times - 1);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {each:F1} µs"));
        }
    }
}
