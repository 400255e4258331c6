using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using PruneSearch.Core.Frontiers;
using PruneSearch.Core.Stages;
using PruneSearch.Web.Components.Parts;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Charts;

/// <summary>All models of a search over their cost, with the frontier. The browser draws; new models are sent once, eight bytes of each at a time.</summary>
public sealed partial class FrontierChart
{
    private static readonly Objective[] Costs = [Objective.Latency, Objective.Macs, Objective.Parameters, Objective.FileSize];
    private readonly HashSet<int> _hidden = [];
    private ElementReference _place;
    private IJSObjectReference? _module, _chart;
    private DotNetObjectReference<FrontierChart>? _self;
    private ModelColours _colours = new(ModelColouring.Schedule, null);
    private ModelColouring? _colouring;
    private Objective _across = Objective.Latency, _up = Objective.Map50;
    private bool _close = true, _knowsObjectives;
    private (Objective, Objective, ModelColouring, TrajectoryArms?, LiveModel?) _sentAs;
    private IReadOnlyList<LiveModel>? _sentFrontier;
    private string _sentOptions = "";
    private int _sent, _sentChosen = -1;

    /// <summary>The search whose models are drawn; it is redrawn when that changes.</summary>
    [Parameter, EditorRequired]
    public LiveSearch Search { get; set; } = null!;

    /// <summary>The model that is marked.</summary>
    [Parameter]
    public LiveModel? Chosen { get; set; }

    private ModelColouring Colouring => _colouring ?? (Search.Arms?.HasVariants == true ? ModelColouring.Variant : ModelColouring.Arm);

    private string Label => $"{Search.Models.Count} models: {PageFormat.Axis(_up)} over {PageFormat.Axis(_across)}; {Search.Frontier.Count} of them on the " +
        "frontier, which the table below lists";

    /// <summary>What stands beside a point.</summary>
    [JSInvokable]
    public string[] Describe(int index)
    {
        var m = Search.Models[index];
        return [m.Name, $"mAP50 {PageFormat.Accuracy(m.Map50)} {(m.Map50Interval is null ? "" : $"[{PageFormat.Accuracy(m.Map50Interval)}]")}",
            $"{PageFormat.Factor(m.SpeedUp)} as fast, {PageFormat.Milliseconds(m.Milliseconds)}",
            $"{PageFormat.Share(m.Pruned)} of the channels gone, {PageFormat.Count(m.Macs)} MACs"];
    }

    /// <summary>Goes to a model.</summary>
    [JSInvokable]
    public Task OpenAsync(int index)
    {
        Navigation.NavigateTo(Addresses.Model(Search.Status.Id, Search.Models[index]));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_chart is not null)
            {
                await _chart.InvokeVoidAsync("dispose");
                await _chart.DisposeAsync();
            }
            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the chart with it.
        }
        _self?.Dispose();
    }

    /// <inheritdoc/>
    protected override object Shown => (Search.Models, Search.Frontier, Search.Arms, Chosen);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        base.OnParametersSet();
        if (!_knowsObjectives && Search.Objectives.Count > 0)
        {
            _knowsObjectives = true;
            _across = Search.Objectives.FirstOrDefault(o => o is not (Objective.Map50 or Objective.Map), Objective.Latency);
            _up = Search.Objectives.FirstOrDefault(o => o is Objective.Map50 or Objective.Map, Objective.Map50);
        }
        TakeColours();
    }

    /// <inheritdoc/>
    protected override bool ShouldRender()
    {
        if (!base.ShouldRender())
        {
            return false;
        }
        TakeColours();
        return true;
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _module = await Script.InvokeAsync<IJSObjectReference>("import", "./chart.js");
            _self = DotNetObjectReference.Create(this);
            _chart = await _module.InvokeAsync<IJSObjectReference>("create", _place, _self);
        }
        if (_chart is { } chart)
        {
            await SendAsync(chart);
        }
    }

    // Series get their numbers before the legend is drawn.
    private void TakeColours()
    {
        if (_sentAs != (_across, _up, Colouring, Search.Arms, Search.Original))
        {
            _sentAs = (_across, _up, Colouring, Search.Arms, Search.Original);
            _colours = new ModelColours(Colouring, Search.Arms);
            (_sent, _sentFrontier, _sentOptions) = (0, null, "");
            _hidden.Clear();
        }
        for (int i = _sent; i < Search.Models.Count; i++)
        {
            _colours.Of(Search.Models[i]);
        }
    }

    private async Task SendAsync(IJSObjectReference chart)
    {
        var search = Search;
        if (search.Models.Count > _sent)
        {
            int from = _sent;
            _sent = search.Models.Count;
            await chart.InvokeVoidAsync("points", Points(search, from, _sent), from);
        }
        if (!ReferenceEquals(_sentFrontier, search.Frontier))
        {
            _sentFrontier = search.Frontier;
            await chart.InvokeVoidAsync("frontier", Bytes(FrontierValues(search)));
        }
        var options = new
        {
            across = PageFormat.Axis(_across),
            up = PageFormat.Axis(_up),
            unit = "×",
            same = 1,
            close = _close,
            hidden = _hidden.Order().ToArray(),
        };
        string text = System.Text.Json.JsonSerializer.Serialize(options);
        if (text != _sentOptions)
        {
            _sentOptions = text;
            await chart.InvokeVoidAsync("set", options);
        }
        if ((Chosen?.Index ?? -1) != _sentChosen)
        {
            _sentChosen = Chosen?.Index ?? -1;
            await chart.InvokeVoidAsync("choose", _sentChosen);
        }
    }

    private byte[] Points(LiveSearch search, int from, int to)
    {
        float[] values = new float[5 * (to - from)];
        for (int i = from; i < to; i++)
        {
            var model = search.Models[i];
            var series = _colours.Of(model);
            var at = values.AsSpan(5 * (i - from));
            (at[0], at[1]) = ((float)model.Value(_across, search.Original), (float)model.Value(_up, search.Original));
            (at[2], at[3], at[4]) = (series.Colour, series.Shape, series.Number);
        }
        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }

    // Each device has a line of its own, along the axis.
    private IEnumerable<float> FrontierValues(LiveSearch search) => search.Frontier
        .GroupBy(m => search.Objectives.Contains(Objective.Latency) ? m.Device : null)
        .SelectMany((line, number) => line.OrderBy(m => m.Value(_across, search.Original)).SelectMany(m =>
        {
            double x = m.Value(_across, search.Original), y = m.Value(_up, search.Original);
            var up = Or(_up == Objective.Map ? m.MapInterval : m.Map50Interval, y);
            var across = _across == Objective.Latency && !m.IsBase ? new ConfidenceInterval(m.SpeedUpLow, m.SpeedUpHigh) : Or(null, x);
            return new[] { m.Index, (float)across.Low, (float)across.High, (float)up.Low, (float)up.High, number };
        }));

    private static ConfidenceInterval Or(ConfidenceInterval? interval, double value) =>
        interval is { } i && double.IsFinite(i.Low + i.High) ? i : new ConfidenceInterval(value, value);

    private static byte[] Bytes(IEnumerable<float> values) => MemoryMarshal.AsBytes<float>(values.ToArray()).ToArray();

    private void Toggle(int series)
    {
        if (!_hidden.Remove(series))
        {
            _hidden.Add(series);
        }
    }
}
