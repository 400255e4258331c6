using PruneSearch.Client.SearchFiles.Schema;
using PruneSearch.Core.Files;
using PruneSearch.Core.Searches;
using PruneSearch.Core.Settings;
using PruneSearch.Data.Text;

namespace PruneSearch.Client.SearchFiles;

/// <summary>Reads search files strictly: whatever it does not understand, it refuses with its place.</summary>
public static class SearchFileReader
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads a search file and checks all of its keys and values.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static SearchFile Read(string path) => Parse(ReadText(path), path);

    /// <summary>Reads what a file says about its base detector; it needs no trajectories, but <c>detector.fine-tune</c>.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static TrainingFile ReadTraining(string path) => Parse(ReadText(path), path, _ => true, (rules, error) =>
    {
        var s = rules.Base();
        if (s.Detector.FineTune is null)
        {
            error("detector", "detector lacks 'fine-tune', expected how it is trained");
        }
        return new TrainingFile(path, s.Data, s.Detector, s.Detector.FineTune!, s.Measure, s.EverySeed[0]);
    });

    /// <summary>Reads a search file's text and checks all of its keys and values.</summary>
    /// <param name="path">Where it stands: for messages, and for paths, which are relative to its folder.</param>
    /// <exception cref="SearchFileException">It is not valid; every error is listed.</exception>
    public static SearchFile Parse(string text, string path) => Parse(text, path, _ => true, (rules, _) => new SearchFile(path, text, rules.Search()));

    /// <summary>Reads a text that somebody sent who may not name any file of this machine.</summary>
    /// <param name="path">What to call it in messages.</param>
    /// <param name="folders">Folders below which everything must lie that it names; paths elsewhere are refused before anybody looks what is there.</param>
    /// <exception cref="SearchFileException">It is not valid; every error is listed.</exception>
    public static SearchFile ParseSent(string text, string path, IReadOnlyList<string> folders) =>
        Parse(text, path, _ => true, (rules, error) =>
        {
            var settings = rules.Search();
            foreach (string split in SplitsOf(settings.Data).Where(s => s.AsSpan().ContainsAny('/', '\\') || s.Contains("..", StringComparison.Ordinal)))
            {
                error("data", $"split '{split}' is no plain name, expected one without '/' and '..'");
            }
            return new SearchFile(path, text, settings);
        }, folders);

    /// <summary>Reads what a file says about its data.</summary>
    /// <exception cref="SearchFileException">It cannot be read or is not valid; every error is listed.</exception>
    public static DataSource ReadData(string path) => Parse(ReadText(path), path, key => key == "data", (rules, _) => rules.Data());

    private static IEnumerable<string> SplitsOf(DataSource data) => (data switch
    {
        DataSource.Voc voc => (string?[])[voc.Train, voc.Validation, voc.Test],
        DataSource.Yolo yolo => [yolo.Train, yolo.Validation, yolo.Test],
        _ => [],
    }).OfType<string>();

    private static string ReadText(string path)
    {
        try
        {
            return TextFile.Read(path, MaxBytes);
        }
        catch (FileNotFoundException e)
        {
            throw new SearchFileException($"{path}: there is no such file, expected a search file", e);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new SearchFileException(e.Message, e);
        }
    }

    private static T Parse<T>(string text, string path, Func<string, bool> required, Func<SearchFileRules, Action<string, string>, T> read,
        IReadOnlyList<string>? folders = null)
    {
        var reader = new DocumentReader(path, folders);
        var root = reader.Mapping(YamlText.Load(text, (at, message) => new SearchFileException($"{path}:{at.Line}:{at.Column}: {message}")),
            SettingsSection.Of<SearchSettings>().Requiring(s => required(s.Key)), "");
        if (root is null || reader.Errors.Count > 0)
        {
            throw new SearchFileException(reader.Errors);
        }
        var file = read(new SearchFileRules(reader, root), (key, message) => reader.Error(root.At(key), message));
        return reader.Errors.Count > 0 ? throw new SearchFileException(reader.Errors) : file;
    }
}
