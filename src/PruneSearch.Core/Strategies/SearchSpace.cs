using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace PruneSearch.Core.Strategies;

/// <summary>What a search may choose: hyperparameters in a fixed order.</summary>
[GenerateSerializer, Immutable, Alias("prunesearch.SearchSpace")]
public sealed record SearchSpace
{
    /// <summary>Those that others depend upon stand before them.</summary>
    [Id(0)]
    public required IReadOnlyList<Hyperparameter> Hyperparameters { get; init; }

    /// <summary>Checks that it makes sense.</summary>
    /// <exception cref="ArgumentException">It does not; one line says which hyperparameter, what is wrong and what was expected.</exception>
    public void RequireValid()
    {
        if (Hyperparameters.Count == 0)
        {
            throw new ArgumentException("The space has no hyperparameter: expected at least one.");
        }
        for (int i = 0; i < Hyperparameters.Count; i++)
        {
            var h = Hyperparameters[i];
            string? complaint = h.Complaint()
                ?? (Hyperparameters.Take(i).Any(o => o.Name == h.Name) ? "it stands twice in the space: expected every name once" : ComplaintOf(h.When, i));
            if (complaint is not null)
            {
                throw new ArgumentException($"Hyperparameter '{h.Name}': {complaint}.");
            }
        }
    }

    /// <summary>Place of a hyperparameter; -1 where there is none of this name.</summary>
    public int PlaceOf(string name)
    {
        int place = Hyperparameters.Count - 1;
        while (place >= 0 && Hyperparameters[place].Name != name)
        {
            place--;
        }
        return place;
    }

    /// <summary>The configuration at a point of the unit cube. What does not count there is left out, so that many points can give one.</summary>
    /// <param name="point">One number a hyperparameter, 0 to 1.</param>
    public Configuration At(ReadOnlySpan<double> point)
    {
        double[] values = new double[Hyperparameters.Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Counts(Hyperparameters[i].When, values) ? Hyperparameters[i].FromUnit(point[i]) : double.NaN;
        }
        return new Configuration(Frozen(values));
    }

    /// <summary>The point of the unit cube that a configuration stands for, NaN where a hyperparameter does not count.</summary>
    public double[] Encode(Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        double[] point = new double[Hyperparameters.Count];
        for (int i = 0; i < point.Length; i++)
        {
            point[i] = double.IsNaN(configuration[i]) ? double.NaN : Hyperparameters[i].ToUnit(configuration[i]);
        }
        return point;
    }

    /// <summary>The configuration of these numbers: those of hyperparameters that do not count become NaN.</summary>
    /// <exception cref="ArgumentException">A number is none of its hyperparameter's values, or there are too many or too few.</exception>
    public Configuration Of(params IReadOnlyList<double> values)
    {
        if (values.Count != Hyperparameters.Count)
        {
            throw new ArgumentException($"{values.Count} values, expected {Hyperparameters.Count}.", nameof(values));
        }
        double[] kept = new double[values.Count];
        for (int i = 0; i < kept.Length; i++)
        {
            kept[i] = Counts(Hyperparameters[i].When, kept) ? values[i] : double.NaN;
            if (!double.IsNaN(kept[i]) ? !Hyperparameters[i].Accepts(kept[i]) : Counts(Hyperparameters[i].When, kept))
            {
                throw new ArgumentException($"Hyperparameter '{Hyperparameters[i].Name}' is {values[i]}, which is none of its values.", nameof(values));
            }
        }
        return new Configuration(Frozen(kept));
    }

    /// <summary>Whether a configuration is one of this space: each hyperparameter that counts has one of its values, and no other has any.</summary>
    public bool Contains(Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Values.Length != Hyperparameters.Count)
        {
            return false;
        }
        double[] values = [.. configuration.Values];
        return !Hyperparameters.Where((h, i) => Counts(h.When, values) ? !h.Accepts(values[i]) : !double.IsNaN(values[i])).Any();
    }

    /// <summary>Names and values of a configuration as a search file has them, without those that do not count.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe(Configuration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return [.. Hyperparameters.Select((h, i) => (h, value: configuration[i])).Where(p => !double.IsNaN(p.value))
            .Select(p => KeyValuePair.Create(p.h.Name, p.h.Text(p.value)))];
    }

    /// <summary>How many configurations there are; <see langword="null"/> for more than <paramref name="most"/>.</summary>
    public int? Count(int most = 1_000_000)
    {
        if (Hyperparameters.Any(h => h.Count is null))
        {
            return null;
        }
        int count = All().Take(most + 1).Count();
        return count > most ? null : count;
    }

    /// <summary>All configurations of a space without real numbers, the last hyperparameter changing first.</summary>
    /// <exception cref="InvalidOperationException">A hyperparameter has values without number.</exception>
    public IEnumerable<Configuration> All() =>
        Hyperparameters.FirstOrDefault(h => h.Count is null) is { } endless
            ? throw new InvalidOperationException($"Hyperparameter '{endless.Name}' has values without number: expected a list of values.")
            : From(0, new double[Hyperparameters.Count]);

    /// <summary>The same hyperparameters, whatever holds them.</summary>
    public bool Equals(SearchSpace? other) => other is not null && Hyperparameters.SequenceEqual(other.Hyperparameters);

    /// <inheritdoc/>
    public override int GetHashCode() => Hyperparameters.Aggregate(0, (hash, h) => HashCode.Combine(hash, h.Name));

    private IEnumerable<Configuration> From(int place, double[] values)
    {
        if (place == values.Length)
        {
            yield return new Configuration([.. values]);
            yield break;
        }
        var h = Hyperparameters[place];
        int count = Counts(h.When, values) ? h.Count!.Value : 0;
        for (int i = 0; i < Math.Max(count, 1); i++)
        {
            values[place] = count == 0 ? double.NaN : h.FromUnit(count == 1 ? 0 : h is WholeHyperparameter w ? h.ToUnit(w.From + i) : (i + 0.5) / count);
            foreach (var configuration in From(place + 1, values))
            {
                yield return configuration;
            }
        }
    }

    private bool Counts(Condition? when, double[] values)
    {
        if (when is null)
        {
            return true;
        }
        int place = PlaceOf(when.Name);
        return !double.IsNaN(values[place]) && when.Values.Contains(Hyperparameters[place].Text(values[place]));
    }

    private string? ComplaintOf(Condition? when, int place)
    {
        if (when is null)
        {
            return null;
        }
        int other = PlaceOf(when.Name);
        return other < 0 ? $"it depends on '{when.Name}', which the space does not have"
            : other >= place ? $"it depends on '{when.Name}', which must stand before it"
            : Hyperparameters[other] is not ChoiceHyperparameter choice ? $"it depends on '{when.Name}', which must be a choice"
            : when.Values.Count == 0 ? $"it depends on '{when.Name}' without a value: expected at least one"
            : when.Values.FirstOrDefault(v => !choice.Values.Contains(v)) is { } unknown
                ? $"it depends on '{when.Name}' being '{unknown}', expected one of {string.Join(", ", choice.Values)}"
            : null;
    }

    private static ImmutableArray<double> Frozen(double[] values) =>
        ImmutableCollectionsMarshal.AsImmutableArray(values);
}
