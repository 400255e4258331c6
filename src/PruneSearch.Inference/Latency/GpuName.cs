namespace PruneSearch.Inference.Latency;

/// <summary>Names of NVIDIA GPUs, as the Linux driver tells them.</summary>
public static class GpuName
{
    private const string Folder = "/proc/driver/nvidia/gpus";

    /// <summary>The model of a GPU by its index in bus order; <see langword="null"/> where the driver does not tell.</summary>
    public static string? Of(int index) => Of(index, Folder);

    /// <summary>As <see cref="Of(int)"/>, as a folder tells it.</summary>
    internal static string? Of(int index, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }
        string[] files = [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Select(d => Path.Combine(d, "information"))
            .Where(File.Exists)];
        return index < 0 || index >= files.Length ? null
            : File.ReadLines(files[index]).Where(l => l.StartsWith("Model:", StringComparison.Ordinal)).Select(l => l["Model:".Length..].Trim())
            .FirstOrDefault(n => n.Length > 0);
    }
}
