using System.Diagnostics;
using Microsoft.Playwright;
using PruneSearch.Web.Tests.Browsers;
using static Microsoft.Playwright.Assertions;

namespace PruneSearch.Cli.Tests.Pages;

/// <summary>
/// Writes pictures of every view in light and dark, on a screen and on a phone, to <c>artifacts/screenshots</c>:
/// <c>PRUNESEARCH_SCREENSHOTS=HOME eng/test ScreenshotTests -- -explicit only</c> with a home that has searches.
/// </summary>
[Collection(BrowserTests.Name)]
public sealed class ScreenshotTests(Browser browser, ITestOutputHelper output)
{
    private static readonly (string Name, int Width, int Height, ColorScheme Scheme)[] Looks =
        [("light", 1280, 900, ColorScheme.Light), ("dark", 1280, 900, ColorScheme.Dark), ("phone", 390, 844, ColorScheme.Light)];

    [Fact(Explicit = true)]
    public async Task Every_view()
    {
        string home = Environment.GetEnvironmentVariable("PRUNESEARCH_SCREENSHOTS") is { Length: > 0 } given ? Path.GetFullPath(given)
            : throw new InvalidOperationException("PRUNESEARCH_SCREENSHOTS is not set, expected the folder of a home with searches");
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "prunesearch"), ["ui", "--no-browser", "--home", home])
        {
            RedirectStandardOutput = true,
        };
        using var ui = Process.Start(start)!;
        try
        {
            var entry = new Uri((await ui.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!);
            string folder = Path.Combine(Root(), "artifacts", "screenshots");
            Directory.CreateDirectory(folder);
            foreach (var look in Looks)
            {
                await using var window = await browser.OpenAsync(look.Width, look.Height, look.Scheme);
                var page = await window.NewPageAsync();
                await page.GotoAsync(entry.ToString());
                await page.WaitForURLAsync(u => !u.Contains("token", StringComparison.Ordinal));
                await SaveAsync("searches");
                var links = page.Locator("tbody th a");
                string[] searches = [.. await links.EvaluateAllAsync<string[]>("all => all.map(a => new URL(a.href).pathname)")];
                await OpenAsync(searches[0]);
                await Expect(page.Locator(".chart")).ToHaveAttributeAsync("data-drawn", new System.Text.RegularExpressions.Regex("[1-9]"));
                await page.GetByRole(AriaRole.Slider).PressAsync("ArrowLeft");
                await SaveAsync("search");
                await page.GetByRole(AriaRole.Link, new() { Name = "Look at it" }).ClickAsync();
                await Expect(page.Locator(".widths meter").First).ToBeVisibleAsync();
                await SaveAsync("model");
                await page.GetByRole(AriaRole.Link, new() { Name = "Pictures" }).ClickAsync();
                await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^In "), new() { Timeout = 300_000 });
                await SaveAsync("pictures");
                await OpenAsync("/compare?" + string.Join('&', searches.Take(3).Select(s => "s=" + s.Split('/')[^1])));
                await Expect(page.Locator(".widths meter").First).ToBeVisibleAsync();
                await SaveAsync("compare");
                await OpenAsync("/cluster");
                await SaveAsync("cluster");
                await OpenAsync("/new");
                await SaveAsync("new");

                async Task OpenAsync(string path)
                {
                    await page.GotoAsync(new Uri(entry, path).ToString());
                    await Expect(page.Locator("main[data-live=true]")).ToBeVisibleAsync(new() { Timeout = 60_000 });
                }

                async Task SaveAsync(string view)
                {
                    await page.WaitForTimeoutAsync(1000); // pictures and charts
                    string file = Path.Combine(folder, $"{view}-{look.Name}.png");
                    await page.ScreenshotAsync(new() { Path = file, FullPage = true });
                    output.WriteLine(file);
                }
            }
        }
        finally
        {
            ui.Kill();
            await ui.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "PruneSearch.sln")))
        {
            folder = folder.Parent!;
        }
        return folder.FullName;
    }
}
