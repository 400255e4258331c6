using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PruneSearch.Data.Images;
using PruneSearch.Inference.Detecting;
using PruneSearch.Web.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Cli.Tests.Pages;

/// <summary>The page on the real program, in a real browser: from a search that is launched to a model that runs.</summary>
[Collection(BrowserTests.Name)]
public sealed class PageTests(Browser browser) : IDisposable
{
    private const string Text = """
        name: tiny
        data: {format: shapes, train: 24, validation: 6, size: 96}
        detector: {input-size: 96, width-multiplier: 0.35, extras: separable, fine-tune: {steps: 25, batch-size: 4}}
        pruning: {groups: [hidden], criterion: l2, compensate: false}
        fine-tune: {steps: 25, batch-size: 4}
        trajectories: {levels: [0.2, 0.4], schedules: [{kind: one-shot}, {kind: iterative, step: 0.2}]}
        measure: {max-seconds: 0.3}
        """;

    private const int Stages = 4; // the original, and one at 20 % that two trajectories share
    private static readonly LocatorAssertionsToHaveTextOptions Unhurried = new() { Timeout = 300_000 };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("prunesearch-");
    private readonly List<Process> _processes = [];

    private string Home => Path.Combine(_folder.FullName, "home");

    public void Dispose()
    {
        _processes.ForEach(Kill);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_search_is_killed_and_goes_on_and_another_is_launched_while_the_page_is_open_and_a_model_is_chosen_looked_at_and_run()
    {
        await using var window = await browser.OpenAsync();
        string file = Path.Combine(_folder.FullName, "tiny.yaml");
        await File.WriteAllTextAsync(file, Text, TestContext.Current.CancellationToken);
        var (works, told) = Start("run", file);
        string id = Regex.Match(await told(new Regex("^Search tiny-")), "tiny-[0-9a-f]+").Value;
        var (_, said) = Start("ui", "--no-browser");
        var page = await window.NewPageAsync();
        await page.GotoAsync(await said(new Regex("^http")));
        await Expect(page.Locator("main[data-live=true]")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await page.GetByRole(AriaRole.Link, new() { Name = "tiny" }).ClickAsync();
        var models = page.Locator(".figures dd").Filter(new() { HasText = "on the frontier" });
        await page.EvaluateAsync("window.before = true");

        // The first points come, the process that works dies, and another one goes on with it.
        await Expect(page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", new Regex("[12]"), new() { Timeout = 300_000 });
        Kill(works);
        await Expect(page.Locator(".state").First).ToHaveTextAsync("waiting", Unhurried);
        Start("resume", id);
        await Expect(page.Locator(".state").First).ToHaveTextAsync("completed", Unhurried);
        await Expect(models).ToContainTextAsync($"{Stages} ");
        await Expect(page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", $"{Stages}");

        // The slider at its loosest end names the fastest model.
        await page.GetByRole(AriaRole.Slider).PressAsync("Home");
        await page.GetByRole(AriaRole.Link, new() { Name = "Look at it" }).ClickAsync();
        await Expect(page.GetByText("channels of each group")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Pictures" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync(new Regex("^In 6 pictures: "), new() { Timeout = 30_000 });
        Assert.Equal(96, await page.Locator(".photo img").First.EvaluateAsync<int>("i => i.decode().then(() => i.naturalWidth)"));
        await page.GoBackAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Download ONNX" }).ClickAsync());
        string onnx = Path.Combine(_folder.FullName, download.SuggestedFilename);
        await download.SaveAsAsync(onnx);
        using (var detector = OnnxDetector.Open(onnx))
        {
            Assert.True(detector.EndToEnd);
            detector.Detect(new RgbImage(64, 48, new byte[64 * 48 * 3]));
        }

        // From the page, on the same home; its first model is that of the search before, and comes at once.
        await page.GetByRole(AriaRole.Link, new() { Name = "Searches" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "New search" }).ClickAsync();
        await page.GetByLabel("The search file").FillAsync(Text.Replace("0.4]", "0.9999]", StringComparison.Ordinal) + "\nnonsense: 1\n");
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("nonsense");
        await page.GetByLabel("The search file").FillAsync(Text.Replace("tiny", "second", StringComparison.Ordinal)
            .Replace("levels: [0.2, 0.4]", "levels: [0.3]", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Launch" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("second", Unhurried);
        await Expect(page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", new Regex("[12]"), new() { Timeout = 300_000 });
        Assert.True(await page.EvaluateAsync<bool>("window.before"), "the page was loaded anew");
    }

    private (Process Process, Func<Regex, Task<string>> Told) Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "prunesearch"), [.. arguments, "--home", Home])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        var process = Process.Start(start)!;
        _processes.Add(process);
        var error = process.StandardError.ReadToEndAsync();
        return (process, ToldAsync);

        async Task<string> ToldAsync(Regex wanted)
        {
            while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            {
                if (wanted.IsMatch(line))
                {
                    _ = process.StandardOutput.ReadToEndAsync(); // nobody waits for a reader
                    return line;
                }
            }
            throw new InvalidOperationException($"{string.Join(' ', arguments)} did not say {wanted}: {await error}");
        }
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }
    }
}
