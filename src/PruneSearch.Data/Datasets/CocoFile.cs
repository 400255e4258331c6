using System.Text.Json;
using PruneSearch.Core.Files;

namespace PruneSearch.Data.Datasets;

/// <summary>Reads the JSON of a COCO file and says what is wrong with it in the file's own words.</summary>
internal static class CocoFile
{
    private const string Conversion = "The JSON value could not be converted";

    /// <exception cref="DatasetException">It is missing, no JSON, or a member has a value that cannot be understood.</exception>
    public static CocoDocument Read(string file)
    {
        try
        {
            using var stream = RegularFile.OpenRead(file);
            if (stream.Length == 0)
            {
                throw new DatasetException($"{file}: is empty, expected an object with images, annotations and categories");
            }
            return JsonSerializer.Deserialize<CocoDocument>(stream, CocoConverters.Format)
                ?? throw new DatasetException($"{file}: is null, expected an object with images, annotations and categories");
        }
        catch (FileNotFoundException e)
        {
            throw new DatasetException($"{file}: the annotation file does not exist", e);
        }
        catch (JsonException e)
        {
            throw new DatasetException($"{file}: line {e.LineNumber + 1}: {Explain(e)}", e);
        }
        catch (InvalidOperationException e)
        {
            throw new DatasetException($"{file}: a text in it is no valid Unicode, expected JSON in UTF-8", e);
        }
    }

    private static string Explain(JsonException e)
    {
        string path = e.Path is null or "$" ? "" : e.Path.StartsWith("$.", StringComparison.Ordinal) ? e.Path[2..] : e.Path;
        if (e.InnerException is JsonException) // the reader's own, about what is no JSON
        {
            string message = e.InnerException.Message;
            int end = message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
            return $"{(path.Length == 0 ? "" : path + ": ")}no valid JSON: {(end < 0 ? message : message[..end])}";
        }
        if (e.Message.StartsWith(Conversion, StringComparison.Ordinal))
        {
            return $"{(path.Length == 0 ? "the file" : path)} is not what was expected: " +
                $"{(path.Length == 0 ? "an object with images, annotations and categories" : path[^1] == ']' ? "an object" : "a list")}";
        }
        return path.Length == 0 ? e.Message : $"{path}{(e.Message.StartsWith('[') ? "" : " ")}{e.Message}";
    }
}
