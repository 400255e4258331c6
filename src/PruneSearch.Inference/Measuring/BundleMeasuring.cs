using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Files;
using PruneSearch.Inference.Latency;

namespace PruneSearch.Inference.Measuring;

/// <summary>Measures the models of a bundle on this machine. Each figure is written when it is there: who is interrupted goes on there.</summary>
public static class BundleMeasuring
{
    private const long MaxModelBytes = int.MaxValue;

    /// <summary>Measures what has no figure yet.</summary>
    /// <param name="folder">The bundle's folder; the results are written there.</param>
    /// <param name="threads">Threads within the network on this device; 0 for what the search says.</param>
    /// <param name="tell">Told each figure in one line.</param>
    /// <param name="cancellation">Stops.</param>
    /// <returns>The file of results.</returns>
    /// <exception cref="FormatException">
    /// The bundle is damaged, a model is not the one that was put into it or does not run here, or the results are another bundle's.
    /// </exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static string Run(string folder, int threads, TimeProvider time, Action<string> tell, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(tell);
        var bundle = MeasuringBundle.Read(folder);
        string path = Path.Combine(folder, BundleResults.FileName);
        var results = Known(bundle, path);
        foreach (var model in bundle.Models.ExceptBy(results.Results.Select(r => r.Model.Key), m => m.Key))
        {
            var settings = model.Settings with { Threads = threads > 0 ? threads : model.Settings.Threads };
            byte[] dense = File(folder, model, model.Dense), own = File(folder, model, model.Own);
            byte[]? int8 = model.Quantised is null ? null : File(folder, model, model.Quantised);
            var meter = new LatencyMeter(time);
            try
            {
                var latency = meter.Compare(dense, own, settings, cancellation);
                var quantised = int8 is null ? null : meter.Compare(dense, int8, settings, cancellation);
                results = results with { Results = [.. results.Results, new BundleResult(model, latency, quantised)] };
                AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(results, CoreJson.Readable));
                tell(string.Create(CultureInfo.InvariantCulture, $"{results.Results.Count}/{bundle.Models.Count} {model.Name}: " +
                    $"{latency.Milliseconds:0.00} ms, {latency.SpeedUp:0.00}× [{latency.SpeedUpLow:0.00}–{latency.SpeedUpHigh:0.00}]"));
            }
            catch (ArgumentException e)
            {
                throw new FormatException($"{Path.Combine(folder, MeasuringBundle.FileName)}: model {model.Name} cannot be measured: {e.Message}", e);
            }
        }
        return path;
    }

    private static BundleResults Known(MeasuringBundle bundle, string path)
    {
        if (!System.IO.File.Exists(path))
        {
            return new BundleResults { Format = MeasuringBundle.CurrentFormat, Search = bundle.Search, DeviceClass = bundle.DeviceClass, Results = [] };
        }
        var known = BundleResults.Read(path);
        return (known.Search, known.DeviceClass) == (bundle.Search, bundle.DeviceClass) && known.Results.All(r => bundle.Models.Contains(r.Model)) ? known
            : throw new FormatException($"{path}: is of search {known.Search} on {known.DeviceClass} or of an earlier bundle, expected {bundle.Search} on " +
                $"{bundle.DeviceClass}: read it with 'prunesearch measure --read', and then delete it");
    }

    private static byte[] File(string folder, BundledModel model, string sha256)
    {
        string path = BundledModel.PathOf(folder, sha256);
        byte[] bytes = RegularFile.ReadAllBytes(path, MaxModelBytes);
        string found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return found == sha256 ? bytes : throw new FormatException($"{path}: changed since it was put into the bundle as a file of {model.Name}: its " +
            $"SHA-256 is {found}");
    }
}
