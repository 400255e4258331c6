using System.IO.Compression;
using System.Text.Json;
using PruneSearch.Core;
using PruneSearch.Core.Strategies;

namespace PruneSearch.Bench.Strategies;

/// <summary>A search space of which every configuration's results are known: bench/strategies/README.md describes the file.</summary>
internal sealed record RecordedTable
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    public required string Source { get; init; }

    public required string Licence { get; init; }

    public required IReadOnlyList<Hyperparameter> Hyperparameters { get; init; }

    /// <summary>Training of each rung, increasing.</summary>
    public required IReadOnlyList<double> Rungs { get; init; }

    /// <summary>Figures that rows have.</summary>
    public required IReadOnlyList<RecordedObjective> Objectives { get; init; }

    /// <summary>Slot-seconds of each stage that rows name; <see langword="null"/> where nothing is shared.</summary>
    public IReadOnlyList<double>? Stages { get; init; }

    public required IReadOnlyList<RecordedRow> Rows { get; init; }

    /// <summary>Reads a table, compressed when its name ends with <c>.gz</c>.</summary>
    /// <exception cref="InvalidDataException">It is none, or not whole.</exception>
    public static RecordedTable Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            return JsonSerializer.Deserialize<RecordedTable>(stream, CoreJson.Canonical)!.Checked(path);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no table: {e.Message}", e);
        }
    }

    /// <summary>Writes it, compressed when the name ends with <c>.gz</c>.</summary>
    public void Write(string path)
    {
        using Stream file = File.Create(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.SmallestSize) : file;
        JsonSerializer.Serialize(stream, this, CoreJson.Canonical);
    }

    private RecordedTable Checked(string path)
    {
        var space = new SearchSpace { Hyperparameters = Hyperparameters };
        space.RequireValid();
        string? wrong = Rows.Select((row, i) =>
            !space.Contains(row.Configuration) ? $"row {i} has the configuration {row.Configuration}, which is none of the space"
            : row.Values.Count != Rungs.Count || row.Values.Any(v => v.Count != Objectives.Count)
                ? $"row {i}: expected {Rungs.Count} rungs of {Objectives.Count} values"
            : (row.Seconds?.Count ?? row.Stages?.Count ?? Rungs.Count) != Rungs.Count ? $"row {i}: expected costs of {Rungs.Count} rungs"
            : row.Stages is { } u && u.Any(r => r.Any(id => id < 0 || id >= (Stages?.Count ?? 0))) ? $"row {i} names a stage that is not there"
            : null).FirstOrDefault(w => w is not null);
        wrong ??= Rows.Select(r => r.Configuration).Distinct().Count() != Rows.Count ? "a configuration stands in two rows" : null;
        wrong ??= space.Count() is { } all && all != Rows.Count ? $"it has {Rows.Count} rows, expected the {all} configurations of its space" : null;
        return wrong is null ? this : throw new InvalidDataException($"{path} is no table: {wrong}");
    }
}

/// <summary>A figure of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Larger">Whether larger is better.</param>
/// <param name="Trained">Whether training changes it.</param>
/// <param name="Known">Whether it is known before a configuration is tried.</param>
/// <param name="Weighed">Whether strategies weigh it when nothing else is said.</param>
internal sealed record RecordedObjective(string Name, bool Larger = false, bool Trained = false, bool Known = false, bool Weighed = false);

/// <summary>Results of a configuration.</summary>
internal sealed record RecordedRow
{
    public required Configuration Configuration { get; init; }

    /// <summary>By rung, then by objective.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Values { get; init; }

    /// <summary>Slot-seconds of each rung after the one before; <see langword="null"/> where <see cref="Stages"/> tells them, or every trial costs 1.</summary>
    public IReadOnlyList<double>? Seconds { get; init; }

    /// <summary>Stages of each rung after the one before, by their place in the table's list: those of another row that was tried cost nothing.</summary>
    public IReadOnlyList<IReadOnlyList<int>>? Stages { get; init; }
}
