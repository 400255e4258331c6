using Microsoft.AspNetCore.Components;
using PruneSearch.Connections.Sessions;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Parts;

/// <summary>What pages on one model have in common: the search that it is of, and the model's whole report.</summary>
public abstract class ModelViewing : ComponentBase, IDisposable
{
    private Viewing<LiveSearch>? _view;
    private (string, string, string?)? _shown;
    private bool _loads;

    /// <summary>Identifier of the search.</summary>
    [Parameter]
    public string Id { get; set; } = "";

    /// <summary>Key of the model's stage, or the beginning of it.</summary>
    [Parameter]
    public string Key { get; set; } = "";

    /// <summary><c>int8</c> for the integer model.</summary>
    [Parameter]
    public string? Precision { get; set; }

    [Inject]
    internal LiveFeeds Feeds { get; set; } = null!;

    [Inject]
    internal ISearchSession Session { get; set; } = null!;

    internal LiveSearch? Search => _view?.Source.Value;

    internal LostContact? Lost => _view?.Source.Lost;

    internal ReportedModel? Model { get; private set; }

    /// <summary>Why there is nothing to show.</summary>
    protected string? Failure { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops looking at the search; nothing is redrawn afterwards.</summary>
    protected virtual void Dispose(bool disposing) => _view?.Dispose();

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (Id, Key, Precision))
        {
            return;
        }
        _shown = (Id, Key, Precision);
        (Model, Failure) = (null, null);
        _view?.Dispose();
        _view = new(Feeds.Search(Id), begin => InvokeAsync(async () =>
        {
            begin();
            await LoadAsync();
            StateHasChanged();
        }));
        await _view.Source.FirstAsync(TimeSpan.FromSeconds(1.5));
        await LoadAsync();
    }

    /// <summary>The model's report came.</summary>
    protected virtual Task LoadedAsync() => Task.CompletedTask;

    private async Task LoadAsync()
    {
        if (Model is not null || _loads)
        {
            return;
        }
        if (Search is not { } search)
        {
            Failure = _view?.Source.Failure?.Message;
            return;
        }
        _loads = true;
        try
        {
            bool int8 = Precision == "int8";
            var model = search.Models.FirstOrDefault(m => m.IsQuantised == int8 && m.Key.ToString().StartsWith(Key, StringComparison.Ordinal));
            Failure = model is null && !search.IsBehind ? $"Search '{Id}' has no model '{Key}'." : null;
            if (model is not null)
            {
                Model = await ReportedModel.ReadAsync(Session, search, model);
                await LoadedAsync();
            }
        }
        catch (Exception e) // said on the page
        {
            Failure = e.Message;
        }
        _loads = false;
    }
}
