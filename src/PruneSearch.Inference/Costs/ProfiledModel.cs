using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using PruneSearch.Inference.Onnx;

namespace PruneSearch.Inference.Costs;

/// <summary>One run of one node of the graph as ONNX Runtime optimised it.</summary>
/// <param name="Node">Its name; what ONNX Runtime put in has a name that is none of a layer's.</param>
/// <param name="Microseconds">What its kernel took.</param>
internal readonly record struct NodeTime(string Node, double Microseconds);

/// <summary>A model in ONNX Runtime that notes what each node takes where it stands: its inputs and weights lie in the caches as they do in use.</summary>
internal sealed class ProfiledModel : IDisposable
{
    private const string KernelTime = "_kernel_time";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-profile-");
    private readonly OnnxSession _session;
    private readonly OrtValue _picture;
    private int _runs;

    /// <param name="threads">Threads within the network, at least 1.</param>
    /// <param name="source">What to call it in messages.</param>
    public ProfiledModel(byte[] model, int threads, string source)
    {
        _session = OnnxSession.Load(model, threads, source, Path.Combine(_folder.FullName, "run"));
        long[] shape = _session.InputShape(batch: 1);
        _picture = OrtValue.CreateTensorValueFromMemory(OnnxAnswer.Noise(shape), shape);
    }

    public void Run()
    {
        _runs++;
        _session.Run(_picture).Dispose();
    }

    /// <summary>All nodes in the order in which they ran, run by run.</summary>
    public IReadOnlyList<IReadOnlyList<NodeTime>> End()
    {
        using var stream = File.OpenRead(_session.EndProfile());
        return Read(stream, _runs);
    }

    public void Dispose()
    {
        _picture.Dispose();
        _session.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Reads a profile: a JSON array of events.</summary>
    internal static IReadOnlyList<IReadOnlyList<NodeTime>> Read(Stream profile, int runs)
    {
        using var events = JsonDocument.Parse(profile);
        NodeTime[] times = [.. events.RootElement.EnumerateArray()
            .Where(e => e.TryGetProperty("cat", out var kind) && kind.ValueEquals("Node"))
            .Select(e => (Name: e.GetProperty("name").GetString()!, Microseconds: e.GetProperty("dur").GetDouble()))
            .Where(e => e.Name.EndsWith(KernelTime, StringComparison.Ordinal))
            .Select(e => new NodeTime(e.Name[..^KernelTime.Length], e.Microseconds))];
        return runs > 0 && times.Length % runs == 0 ? [.. times.Chunk(Math.Max(times.Length / runs, 1))]
            : throw new FormatException($"the profile of {runs} runs has {times.Length} times of nodes, expected as many in every run");
    }
}
