using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace PruneSearch.Core;

/// <summary>How records become JSON, in files and in keys.</summary>
public static class CoreJson
{
    /// <summary>For files that people read: indented, enum values in kebab case, unknown members refused.</summary>
    public static readonly JsonSerializerOptions Readable = Create(indented: true);

    /// <summary>
    /// For hashing: no white space, and members in the order of their <see cref="IdAttribute">numbers</see>, which never change:
    /// equal records have equal bytes, wherever a property stands in its record.
    /// </summary>
    public static readonly JsonSerializerOptions Canonical = Create(indented: false);

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { OrderById } },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the text goes into files, never into a web page
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    private static void OrderById(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            object[] ids = property.AttributeProvider?.GetCustomAttributes(typeof(IdAttribute), inherit: true) ?? [];
            property.Order = ids is [IdAttribute id] ? (int)id.Id : int.MaxValue; // those without a number come last, as they stand
        }
    }
}
