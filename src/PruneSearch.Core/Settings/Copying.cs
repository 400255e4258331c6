using System.Collections;
using System.Reflection;

namespace PruneSearch.Core.Settings;

/// <summary>Copies of records with other values, for properties that only reflection knows.</summary>
internal static class Copying
{
    private static readonly MethodInfo MemberwiseCopy = typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!;

    public static object Of(object record) => MemberwiseCopy.Invoke(record, null)!;

    /// <summary>A copy with another value where the path leads; an empty path stands for the record itself.</summary>
    public static object With(object record, IEnumerable<PropertyInfo> path, object? value)
    {
        if (path.FirstOrDefault() is not { } property)
        {
            return value!;
        }
        object copy = Of(record);
        var rest = path.Skip(1);
        property.SetValue(copy, rest.Any() ? With(property.GetValue(record)!, rest, value) : Converted(value, property.PropertyType));
        return copy;
    }

    private static object? Converted(object? value, Type type)
    {
        if (value is not IEnumerable items || value is string)
        {
            return value;
        }
        object[] values = [.. items.Cast<object>()];
        var array = Array.CreateInstance(type.GetGenericArguments()[0], values.Length);
        values.CopyTo(array, 0);
        return array;
    }
}
