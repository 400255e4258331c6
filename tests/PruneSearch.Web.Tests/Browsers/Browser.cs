using Microsoft.Playwright;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>One browser for all tests of pages: Chromium, where the machine has it.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Program() is { } program)
        {
            Assertions.SetDefaultExpectTimeout(20_000); // a busy machine is slow, not wrong
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = program });
        }
    }

    /// <summary>A window of its own; the test is skipped where there is no browser, and fails with CI=true.</summary>
    internal async Task<IBrowserContext> OpenAsync(int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        if (_browser is null)
        {
            const string Reason = "there is no Chromium on the path, and PRUNESEARCH_TEST_CHROMIUM names none";
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", Reason);
            Assert.Fail(Reason);
        }
        return await _browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
    }

    private static string? Program() => Environment.GetEnvironmentVariable("PRUNESEARCH_TEST_CHROMIUM") is { Length: > 0 } named ? named
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => Programs.Select(p => Path.Combine(folder, p))).FirstOrDefault(File.Exists);
}

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<Browser>
{
    public const string Name = "browser";
}
