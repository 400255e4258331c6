using Microsoft.Playwright;

namespace PruneSearch.Web.Tests.Browsers;

/// <summary>The interactive reference of the API in a browser.</summary>
[Collection(BrowserTests.Name)]
public sealed class ReferencePageTests(Browser browser, MadeUpServer made) : IClassFixture<MadeUpServer>
{
    [Fact]
    public async Task It_shows_every_call_and_loads_nothing_from_elsewhere()
    {
        await using var context = await browser.OpenAsync();
        var page = await context.NewPageAsync();
        var elsewhere = new List<string>();
        var refused = new List<string>();
        string[] own = [made.Server.Address.ToString(), "data:", "blob:"];
        page.Request += (_, request) =>
        {
            if (!own.Any(o => request.Url.StartsWith(o, StringComparison.Ordinal)))
            {
                elsewhere.Add(request.Url);
            }
        };
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.OrdinalIgnoreCase))
            {
                refused.Add(message.Text);
            }
        };
        await page.GotoAsync(made.Server.Entry.ToString());
        await page.GotoAsync(new Uri(made.Server.Address, "reference").ToString());
        await page.GetByText("All searches, oldest first").First.WaitForAsync(new() { State = WaitForSelectorState.Attached, Timeout = 30_000 });
        Assert.Empty(elsewhere);
        Assert.Empty(refused);
    }
}
