using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PruneSearch.Core;

/// <summary>How records become JSON, in files and in keys.</summary>
public static class CoreJson
{
    /// <summary>For files that people read: indented, enum values in kebab case, unknown members refused.</summary>
    public static readonly JsonSerializerOptions Readable = Create(indented: true);

    /// <summary>For hashing: declaration order, no white space. Equal records have equal bytes.</summary>
    public static readonly JsonSerializerOptions Canonical = Create(indented: false);

    private static JsonSerializerOptions Create(bool indented) => new(JsonSerializerDefaults.Web)
    {
        WriteIndented = indented,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // the text goes into files, never into a web page
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };
}
