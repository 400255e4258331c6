using System.CommandLine;
using PruneSearch.Cli.Commands;
using PruneSearch.Core.Settings;

namespace PruneSearch.Cli.Tests;

/// <summary>Every option of every command, with values that it should not take.</summary>
public sealed class CommandTreeTests : IDisposable
{
    private static readonly string[] NoNumbers =
        ["", " ", "x", "1m", "0.5s", "10%", "1,5", "1.000,5", "1,000", "NaN", "Infinity", "-Infinity", "1e999", "99999999999999999999",
            "-1000", "0x10", "1_000", "\u0661", "½", "1 2", "1\n2"];

    // Options of silo are texts until the file and the environment were read too.
    private static readonly string[] NumbersOfSilo = ["--threads", "--silo-port", "--gateway-port", "--health-port", "--snapshot-seconds"];

    private readonly string _home = Directory.CreateTempSubdirectory("command tree ").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Every_number_is_refused_in_one_line_that_names_it()
    {
        var options = Leaves().SelectMany(c => c.Command.Options.Select(o => (c.Path, c.Command, Option: o))).Where(o => IsNumber(o.Path, o.Option)).ToList();
        Assert.InRange(options.Count, 30, 200);
        foreach (var (path, command, option) in options)
        {
            foreach (string bad in NoNumbers)
            {
                await RefusedAsync([.. Needed(path, command, option), option.Name, bad], option.Name);
            }
        }
    }

    [Fact]
    public async Task Everything_that_says_nothing_is_refused_in_one_line_that_names_it()
    {
        foreach (var (path, command) in Leaves())
        {
            foreach (var option in command.Options.Where(o => o.ValueType != typeof(bool)))
            {
                await RefusedAsync([.. Needed(path, command, option), option.Name, ""], option.Name);
            }
            foreach (var argument in command.Arguments)
            {
                string[] texts = [.. Needed(path, command, null).Select(a => a == argument.Name ? " " : a)];
                await RefusedAsync(texts, argument.Name);
            }
        }
        await RefusedAsync(["list", "--home", ""], "--home");
        await RefusedAsync(["list", "--cluster", " "], "--cluster");
    }

    [Fact]
    public async Task Options_without_a_value_or_with_one_too_many_are_refused_in_one_line()
    {
        foreach (var (path, command) in Leaves())
        {
            foreach (var option in command.Options.Where(o => o.Arity.MaximumNumberOfValues == 1 && o.ValueType != typeof(bool)))
            {
                await RefusedAsync([.. Needed(path, command, option), option.Name], option.Name);
                await RefusedAsync([.. Needed(path, command, option), option.Name, "1", option.Name, "1"], option.Name);
            }
        }
    }

    [Fact]
    public async Task Words_are_refused_in_one_line_that_lists_them()
    {
        await RefusedAsync(["measure", "x.onnx", "--engine", "magic"], "--engine is 'magic', expected one of onnxruntime, torch");
        await RefusedAsync(["widths", "x.onnx", "--groups", "hidden", "legs"], "--groups is 'legs', expected one of stem, hidden, residual");
        await RefusedAsync(["import", "x", "--out", Path.Combine(_home, "o"), "--scores", "tanh"], "--scores is 'tanh', expected one of sigmoid, softmax");
        await RefusedAsync(["prune", "x", "--out", Path.Combine(_home, "o"), "--criterion", "L2"], "--criterion is 'L2', expected one of activation, bn");
        await RefusedAsync(
            ["prune", "x", "--out", Path.Combine(_home, "o"), "--target", "size"], "--target is 'size', expected one of channels, parameters, macs, latency");
    }

    [Fact]
    public async Task A_word_that_is_no_command_is_told_as_such()
    {
        await RefusedAsync(["dance"], "'dance' is no command, expected one of silo, ui, train, evaluate");
        await RefusedAsync(["data", "pull"], "'pull' is no command, expected one of push");
    }

    [Fact]
    public async Task Hints_say_how_a_number_went_wrong()
    {
        await RefusedAsync(
            ["widths", "x.onnx", "--speed-up", "1,5"], "--speed-up is '1,5', expected a number from 1 to 100 with a decimal point and no other separators");
        await RefusedAsync(["measure", "x.onnx", "--max-seconds", "1m"], "--max-seconds is '1m', expected a number above 0 and at most 3600 without a unit");
        await RefusedAsync(["measure", "x.onnx", "--threads", "x"], "--threads is 'x', expected a whole number from 1 to 256");
        await RefusedAsync(
            ["export", "a", "b", "--onnx", Path.Combine(_home, "o"), "--batch", "0"], "--batch is '0', expected a whole number from 1 to 4096, or any");
        await RefusedAsync(["sensitivity", "x.yaml", "--ratios", "0.5", "1"], "--ratios is '1', expected a number above 0 and below 1");
    }

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("+2", 2)]
    [InlineData(".5", .5)]
    [InlineData("1e1", 10)]
    public void Plain_numbers_are_what_they_look_like(string text, double expected)
    {
        var option = NumberOption.Create("--x", "X", 1.0, new SettingType.Number(0, 10, MinExclusive: false, MaxExclusive: false));
        Assert.Equal(expected, new RootCommand { option }.Parse(["--x", text]).GetValue(option));
    }

    [Fact]
    public async Task Options_that_repeat_a_setting_of_the_search_file_are_checked_and_described_as_it_says()
    {
        foreach (string command in (string[])["measure", "widths", "compare", "detect"])
        {
            var option = Leaves().Single(c => c.Command.Name == command).Command.Options.Single(o => o.Name == "--threads");
            Assert.Equal("Threads within the network", option.Description);
            string[] needed = command == "detect" ? ["--model", "x"] : [];
            await RefusedAsync([command, "x", .. needed, "--threads", "257"], "--threads", "'257', expected a whole number from 1 to 256");
        }
        await RefusedAsync(["compare", "x", "--max-seconds", "0"], "--max-seconds", "'0', expected a number above 0 and at most 3600");
        await RefusedAsync(["widths", "x", "--round-to", "65"], "--round-to", "'65', expected a whole number from 1 to 64");
        await RefusedAsync(["import", "x", "--out", "x", "--input-size", "31"], "--input-size", "'31', expected a whole number from 32 to 4096");
    }

    [Fact]
    public async Task Results_that_could_not_be_written_are_refused_before_anything_is_done()
    {
        string file = Path.Combine(_home, "file"), here = Path.Combine(_home, "new.json");
        await File.WriteAllTextAsync(file, "x");
        await RefusedAsync(["measure", "x.onnx", "--json", _home], "--json", "it is a folder, expected the name of a file");
        await RefusedAsync(["measure", "x.onnx", "--json", Path.Combine(_home, "none", "x")], "--json", "there is no folder");
        await RefusedAsync(["measure", "x.onnx", "--json", "-"], "--json is '-', expected the name of a file");
        await RefusedAsync(["list", "--home", file], "--home", "is a file, expected a folder");
        await RefusedAsync(["train", "x.yaml", "--out", file], "--out", "it is a file, expected a folder");
        await RefusedAsync(["report", "id", "--out", Path.Combine(file, "below")], "--out", $"{file} is a file, expected a folder");
        await RefusedAsync(["measure", "x.onnx", "--json", here], "x.onnx: does not exist, expected an ONNX file");
        Assert.Equal([Path.Combine(_home, ".tmp"), file], Directory.GetFileSystemEntries(_home).Order(StringComparer.Ordinal)); // the store's folder
    }

    private static bool IsNumber(string[] path, Option option)
    {
        var type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType.GetElementType() ?? option.ValueType;
        bool number = option.HelpName == "N" || (path[0] == "silo" && NumbersOfSilo.Contains(option.Name));
        Assert.True(
            number || !(type == typeof(int) || type == typeof(long) || type == typeof(float) || type == typeof(double)),
            $"{string.Join(' ', path)} {option.Name} is not made by {nameof(NumberOption)}");
        return number;
    }

    // The arguments and options that a command cannot do without; arguments are their own names.
    private IEnumerable<string> Needed(string[] path, Command command, Option? tried)
    {
        string[] silo = path[0] == "silo" && tried?.Name is not ("--database" or "--checkpoints")
            ? ["--database", "Host=127.0.0.1;Port=1", "--checkpoints", _home] : [];
        return [.. path, .. command.Arguments.Where(a => a.Arity.MinimumNumberOfValues > 0).Select(a => a.Name),
            .. command.Options.Where(o => o.Required && o != tried).SelectMany(o => new[] { o.Name, Path.Combine(_home, "needed") }), .. silo];
    }

    private static IEnumerable<(string[] Path, Command Command)> Leaves()
    {
        using var nowhere = new StringWriter();
        var context = new CliContext { Output = nowhere, Error = nowhere, IsTerminal = false, Sessions = new ScriptedSessions(Path.GetTempPath()) };
        return [.. Below([], CommandLine.Root(context))];

        static IEnumerable<(string[], Command)> Below(string[] path, Command command) => command.Subcommands.Count == 0 ? [(path, command)]
            : command.Subcommands.SelectMany(c => Below([.. path, c.Name], c));
    }

    private async Task RefusedAsync(string[] arguments, params string[] expected)
    {
        using StringWriter output = new(), error = new();
        var context = new CliContext { Output = output, Error = error, IsTerminal = false, Sessions = new ScriptedSessions(_home) };
        string said = string.Join(' ', arguments.Select(a => $"'{a}'"));
        int code = await CommandLine.RunAsync(arguments.Contains("--home") ? arguments : ["--home", _home, .. arguments], context);
        Assert.True(code == ExitCode.BadInput, $"{said}: exit code {code}: {error}");
        string[] lines = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(
            lines is [var line] && line.StartsWith("prunesearch: ", StringComparison.Ordinal) && expected.All(e => line.Contains(e, StringComparison.Ordinal)),
            $"{said}: {error}");
        Assert.True(output.ToString().Length == 0, $"{said}: {output}");
    }
}
