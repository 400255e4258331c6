using Microsoft.AspNetCore.Components;

namespace PruneSearch.Web.Components.Parts;

/// <summary>
/// A component that is drawn again only when what it shows changed, or when the reader did something with it: a page that shows a large search
/// is told of changes all the time, and most of them concern one row.
/// </summary>
public abstract class StillComponent : ComponentBase
{
    private object? _shown;
    private bool _same;

    /// <summary>All that it shows of its parameters: something that is equal when nothing changed.</summary>
    protected abstract object Shown { get; }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        object now = Shown;
        (_same, _shown) = (now.Equals(_shown), now);
    }

    /// <inheritdoc/>
    protected override bool ShouldRender()
    {
        bool render = !_same;
        _same = false;
        return render;
    }
}
