using PruneSearch.Client.SearchFiles.Schema;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Reads search files strictly: whatever it does not understand, it refuses with its place.</summary>
public static class SearchFileReader
{
    private const int MaxBytes = 1 << 20, MaxDepth = 32;

    /// <summary>Reads a file.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static SearchFile Read(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (info.Exists && info.Length > MaxBytes)
            {
                throw new SearchFileException($"{path}: {info.Length} bytes are no search file, expected at most {MaxBytes}");
            }
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SearchFileException($"{path}: there is no such file, expected a search file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SearchFileException($"{path}: cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="path">Where it stands: for messages, and for paths, which are relative to its folder.</param>
    /// <exception cref="SearchFileException">It is not valid; every error is listed.</exception>
    public static SearchFile Parse(string text, string path)
    {
        var reader = new DocumentReader(path);
        var root = reader.Mapping(LoadRoot(text, path), SearchFileKeys.Root, "");
        if (root is null || reader.Errors.Count > 0)
        {
            throw new SearchFileException(reader.Errors);
        }
        var file = new SearchFileMapping(reader, root, path).Map(text);
        return reader.Errors.Count > 0 ? throw new SearchFileException(reader.Errors) : file;
    }

    private static YamlNode LoadRoot(string text, string path)
    {
        try
        {
            RefuseDepth(text, path);
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1 ? stream.Documents[0].RootNode
                : throw new SearchFileException($"{path}: has {stream.Documents.Count} YAML documents, expected one");
        }
        catch (YamlException e)
        {
            throw new SearchFileException($"{path}:{e.Start.Line}:{e.Start.Column}: no valid YAML: {(e.InnerException ?? e).Message}", e);
        }
    }

    // The document model is built recursively, and aliases can multiply a small text: both end here.
    private static void RefuseDepth(string text, string path)
    {
        var parser = new Parser(new StringReader(text));
        int depth = 0;
        while (parser.MoveNext())
        {
            var at = parser.Current!.Start;
            depth += parser.Current.NestingIncrease;
            if (depth > MaxDepth)
            {
                throw new SearchFileException($"{path}:{at.Line}:{at.Column}: nested too deeply, expected at most {MaxDepth} levels");
            }
            if (parser.Current is AnchorAlias)
            {
                throw new SearchFileException($"{path}:{at.Line}:{at.Column}: an alias (*name), expected the values themselves");
            }
        }
    }
}
