namespace PruneSearch.Web.Live;

/// <summary>One object for equal values.</summary>
internal sealed class SharedValues
{
    private readonly Dictionary<object, object> _known = [];

    public T Of<T>(T value)
        where T : class
    {
        if (_known.TryGetValue(value, out object? known))
        {
            return (T)known;
        }
        _known.Add(value, value);
        return value;
    }
}
