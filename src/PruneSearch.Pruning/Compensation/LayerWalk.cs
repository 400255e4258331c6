using PruneSearch.Detection.Networks;
using static TorchSharp.torch;

namespace PruneSearch.Pruning.Compensation;

/// <summary>
/// Computes feature maps of calibration pictures on demand, layer by layer, and keeps those that later layers need. So each
/// layer runs once though the weights of a layer may change before it runs.
/// </summary>
/// <param name="runner">The network; not owned.</param>
/// <param name="pictures">Batches; not owned.</param>
/// <param name="budget">Bytes of maps to keep; batches beyond it start again from their pictures.</param>
internal sealed class LayerWalk(TorchNetwork runner, IReadOnlyList<Tensor> pictures, long budget) : IDisposable
{
    private readonly Batch[] _batches = [.. pictures.Select(p => new Batch(p))];
    private readonly ILookup<string, string> _readers =
        runner.Network.Layers.SelectMany(l => l.Inputs.Select(i => (Input: i, l.Name))).ToLookup(p => p.Input, p => p.Name, StringComparer.Ordinal);
    private long _bytes;

    /// <summary>What a layer reads; valid until the next call for this batch. All layers before it run with the weights of now.</summary>
    public Tensor InputOf(int batch, Layer layer) => MapOf(_batches[batch], layer.Inputs[0]);

    /// <summary>What a layer gives; valid until the next call for this batch.</summary>
    public Tensor OutputOf(int batch, Layer layer) => MapOf(_batches[batch], layer.Name);

    /// <summary>Forgets the maps of a batch when there are more than are to be kept. Call it when done with a batch.</summary>
    public void Trim(int batch)
    {
        if (_bytes > budget)
        {
            Forget(_batches[batch]);
        }
    }

    public void Dispose() => Array.ForEach(_batches, Forget);

    private Tensor MapOf(Batch batch, string name)
    {
        if (batch.Maps.TryGetValue(name, out var known))
        {
            return known;
        }
        var layer = runner.Network[name];
        foreach (string input in layer.Inputs)
        {
            MapOf(batch, input);
        }
        var map = layer is InputLayer ? batch.Picture.alias() : runner.Evaluate(layer, batch.Maps);
        batch.Maps.Add(name, map.DetachFromDisposeScope());
        batch.Done.Add(name);
        _bytes += Size(map);
        foreach (string input in layer.Inputs.Where(i => batch.Maps.ContainsKey(i) && _readers[i].All(batch.Done.Contains)))
        {
            _bytes -= Size(batch.Maps[input]);
            batch.Maps[input].Dispose();
            batch.Maps.Remove(input);
        }
        return map;
    }

    private void Forget(Batch batch)
    {
        foreach (var map in batch.Maps.Values)
        {
            _bytes -= Size(map);
            map.Dispose();
        }
        batch.Maps.Clear();
        batch.Done.Clear();
    }

    private static long Size(Tensor map) => map.numel() * map.element_size();

    private sealed record Batch(Tensor Picture)
    {
        public Dictionary<string, Tensor> Maps { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Done { get; } = new(StringComparer.Ordinal);
    }
}
