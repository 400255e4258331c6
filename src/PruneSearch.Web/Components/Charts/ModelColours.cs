using PruneSearch.Core.Searches;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Charts;

/// <summary>What models are coloured by.</summary>
public enum ModelColouring
{
    /// <summary>The name of their schedule, which trajectories at other levels and with other seeds share.</summary>
    Arm,

    /// <summary>The kind of their schedule.</summary>
    Schedule,

    /// <summary>Their variant.</summary>
    Variant,
}

/// <summary>Gives every model a series: a name, a colour and a shape. Series are numbered as they come, so that they stay what they are.</summary>
/// <param name="colouring">What by.</param>
/// <param name="arms">Knows arms and variants.</param>
internal sealed class ModelColours(ModelColouring colouring, TrajectoryArms? arms)
{
    /// <summary>Shapes as the script knows them.</summary>
    private const int Disc = 0, Diamond = 1, Ring = 2;

    private const int Control = 6, Original = 7, Free = 6; // the last two colours are those of what is compared with

    private readonly Dictionary<(string Name, bool Quantised), ModelSeries> _series = [];
    private readonly Dictionary<string, int> _colours = new(StringComparer.Ordinal);

    /// <summary>All series so far.</summary>
    public IReadOnlyCollection<ModelSeries> All => _series.Values;

    /// <summary>The series of a model.</summary>
    public ModelSeries Of(LiveModel model)
    {
        string name = model.Schedule is ScheduleKind.Base or ScheduleKind.DenseControl ? Parts.PageFormat.Of(model.Schedule) : colouring switch
        {
            ModelColouring.Variant => arms?.Variant(model.Trajectory) ?? "no variant",
            ModelColouring.Arm when arms?.Arm(model.Trajectory) is { Length: > 0 } arm => arm,
            _ => Parts.PageFormat.Of(model.Schedule),
        };
        if (!_series.TryGetValue((name, model.IsQuantised), out var series))
        {
            _series[(name, model.IsQuantised)] = series = new ModelSeries(
                _series.Count, name + (model.IsQuantised ? ", int8" : ""), Colour(model.Schedule, name),
                model.IsQuantised ? Ring : model.Schedule == ScheduleKind.Base ? Diamond : Disc);
        }
        return series;
    }

    private int Colour(ScheduleKind schedule, string name)
    {
        if (schedule is ScheduleKind.Base or ScheduleKind.DenseControl)
        {
            return schedule == ScheduleKind.Base ? Original : Control;
        }
        if (!_colours.TryGetValue(name, out int colour))
        {
            _colours[name] = colour = _colours.Count % Free;
        }
        return colour;
    }
}

/// <summary>Models that look alike in a chart.</summary>
/// <param name="Number">Its place, from 0.</param>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Colour">Which of the eight colours, from 0.</param>
/// <param name="Shape">0 for discs, 1 for diamonds, 2 for rings.</param>
internal sealed record ModelSeries(int Number, string Name, int Colour, int Shape);
