using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using PruneSearch.Data.Images;
using PruneSearch.Inference.Detecting;

namespace PruneSearch.Web.Tests.Api;

/// <summary>What programs get over HTTP.</summary>
public sealed class ApiTests(MadeUpServer made) : IClassFixture<MadeUpServer>
{
    private const string Search = "/api/v1/searches/cells-0001";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Searches_their_status_reports_and_frontier_are_read()
    {
        Assert.Equal("cells-0001", (await GetAsync("/api/v1/searches"))[0].GetProperty("id").GetString());
        Assert.Equal("running", (await GetAsync(Search)).GetProperty("state").GetString());
        var status = await GetAsync($"{Search}/status?after=1&limit=1");
        Assert.Equal("one-shot-1", Assert.Single(status.GetProperty("search").GetProperty("trajectories").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(2, status.GetProperty("total").GetInt32());
        Assert.Contains("format: shapes", (await GetAsync($"{Search}/plan")).GetProperty("source").GetString(), StringComparison.Ordinal);
        var page = await GetAsync($"{Search}/reports?after=1");
        Assert.Equal(0.7, Assert.Single(page.GetProperty("points").EnumerateArray()).GetProperty("report").GetProperty("map50").GetDouble());
        Assert.Equal(2, page.GetProperty("next").GetInt32());
        Assert.Equal(2, (await GetAsync($"{Search}/frontier")).GetProperty("points").GetArrayLength());
        Assert.Equal(2, (await GetAsync("/api/v1/cluster")).GetProperty("searches")[0].GetProperty("stages").GetInt32());
        Assert.Equal(1, (await GetAsync("/api/v1/cluster/queues/cpu")).GetProperty("slots").GetInt32());
    }

    [Fact]
    public async Task A_model_is_looked_into_and_downloaded_and_runs()
    {
        var widths = await GetAsync($"{Search}/models/one-shot-20/widths");
        Assert.Contains(widths.EnumerateArray(), g => g.GetProperty("before").GetInt32() > g.GetProperty("after").GetInt32());
        var accuracy = await GetAsync($"{Search}/models/one-shot-20/accuracy");
        var star = accuracy.EnumerateArray().First(c => c.GetProperty("class").GetString() == "<b>star</b>");
        Assert.Equal(JsonValueKind.Null, star.GetProperty("ap50").ValueKind);
        Assert.Equal(1.5, (await GetAsync($"{Search}/models/one-shot-20/latency")).GetProperty("network").GetProperty("speedUp").GetDouble());

        foreach (string file in new[] { "model.onnx", "raw.onnx" })
        {
            using var answer = await made.Client.GetAsync($"{Search}/models/one-shot-20/files/{file}", Cancellation);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.EndsWith(".onnx", answer.Content.Headers.ContentDisposition!.FileName, StringComparison.Ordinal);
            using var detector = OnnxDetector.Load(await answer.Content.ReadAsByteArrayAsync(Cancellation), file);
            Assert.Equal(file == "model.onnx", detector.EndToEnd);
            detector.Detect(new RgbImage(96, 96, new byte[96 * 96 * 3]));
        }
        using var range = new HttpRequestMessage(HttpMethod.Get, $"{Search}/models/original/files/weights.safetensors");
        range.Headers.Range = new(0, 7);
        using var part = await made.Client.SendAsync(range, Cancellation);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(8, (await part.Content.ReadAsByteArrayAsync(Cancellation)).Length);
        Assert.Equal("ssd-mobilenet-v2", (await GetAsync($"{Search}/models/original/files/detector.json")).GetProperty("architecture").GetString());
    }

    [Fact]
    public async Task Pictures_come_with_what_is_annotated_and_what_models_find()
    {
        var page = await GetAsync($"{Search}/pictures?limit=2");
        Assert.Equal(3, page.GetProperty("total").GetInt32());
        Assert.Equal(2, page.GetProperty("pictures").GetArrayLength());
        using var picture = await made.Client.GetAsync($"{Search}/pictures/0", Cancellation);
        Assert.StartsWith("image/", picture.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
        byte[] content = await picture.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.Equal(96, ImageDecoder.Decode(content, "picture").Width);
        var view = await GetAsync($"{Search}/pictures/0/detections?model=original&model=one-shot-20");
        Assert.NotEqual(0, view.GetProperty("truth").GetArrayLength());
        Assert.Equal(2, view.GetProperty("models").GetArrayLength());
        Assert.Equal(3, (await GetAsync($"{Search}/pictures/changes?model=one-shot-20")).GetArrayLength());
        using var sent = await made.Client.PostAsync($"{Search}/models/original/detect", new ByteArrayContent(content), Cancellation);
        Assert.True(sent.IsSuccessStatusCode, await sent.Content.ReadAsStringAsync(Cancellation));
        var found = await sent.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal(96, found.GetProperty("width").GetInt32());
    }

    [Fact]
    public async Task A_search_is_launched_from_its_text_and_changed()
    {
        using var launched = await made.Client.PostAsync("/api/v1/searches", Yaml(MadeUpHome.SearchText), Cancellation);
        Assert.Equal(HttpStatusCode.Created, launched.StatusCode);
        Assert.StartsWith("/api/v1/searches/", launched.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("launch cells-", Assert.Single(made.Session.Calls, c => c.StartsWith("launch", StringComparison.Ordinal)), StringComparison.Ordinal);

        await PostAsync($"{Search}/resume", new { retryFailed = true });
        await PostAsync($"{Search}/cancel", new { reason = "<i>enough</i>" });
        await PostAsync($"{Search}/budget", new { trajectories = 5 });
        using var deleted = await made.Client.DeleteAsync(Search, Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Superset(new HashSet<string>
        {
            "delete cells-0001", "resume cells-0001", "cancel cells-0001", "extend cells-0001 by 5",
        }, made.Session.Calls.ToHashSet());
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_a_search_file_comes_back_with_its_place()
    {
        using var answer = await made.Client.PostAsync("/api/v1/searches", Yaml("name: cells\ndata: {format: shapes, trian: 4}\nbogus: 1\n"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("errors").EnumerateArray().Select(e => e.GetString()!);
        Assert.Contains(errors, e => e.StartsWith("search.yaml:2:24: unknown key 'trian'", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith("search.yaml:3:1: unknown key 'bogus'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/api/v1/searches/nothing-0001", 404, "nothing-0001")]
    [InlineData("/api/v1/searches/..%2F..%2Fetc/status", 404, "expected letters, digits and hyphens")]
    [InlineData(Search + "/reports?limit=9999", 400, "limit is 9999, expected 1 to 500")]
    [InlineData(Search + "/reports?limit=many", 400, "many")]
    [InlineData(Search + "/reports?after=-1", 400, "after is -1")]
    [InlineData(Search + "/models/none", 404, "There is no model 'none'")]
    [InlineData(Search + "/models/..%2F..%2F..%2Fetc%2Fpasswd", 404, "There is no model")]
    [InlineData(Search + "/models/original/files/..%2Fkept.json", 404, "expected one of model.onnx")]
    [InlineData(Search + "/models/original/files/%2Fetc%2Fpasswd", 404, "expected one of model.onnx")]
    [InlineData(Search + "/models/original/files/report.json", 404, "expected one of model.onnx")]
    [InlineData(Search + "/pictures?split=..%2F..", 404, "expected one of validation, train, test")]
    [InlineData(Search + "/pictures?split=test", 404, "has no test split")]
    [InlineData(Search + "/pictures/99", 404, "expected 0 to 2")]
    [InlineData(Search + "/pictures/..%2F..%2Fstate.db", 404, "nothing at")]
    [InlineData("/api/v1/cluster/queues/..%2F..%2Fetc", 400, "device class is not right")]
    [InlineData("/api/v1/nothing", 404, "nothing at")]
    public async Task What_cannot_be_had_is_told_with_the_offending_value(string address, int status, string expected)
    {
        using var answer = await made.Client.GetAsync(address, Cancellation);
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(status == (int)answer.StatusCode, text);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(expected, JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("budget", "{}", "expected at least one of")]
    [InlineData("budget", "{\"hours\": -1}", "Hours")]
    [InlineData("budget", "{\"days\": 1}", "days")]
    [InlineData("budget", "{\"hours\": ", "JSON")]
    [InlineData("resume", "{\"retryFaild\": true}", "retryFaild")]
    public async Task Wrong_bodies_are_refused_and_nothing_is_done(string what, string body, string expected)
    {
        int calls = made.Session.Calls.Count(c => c.StartsWith(what is "budget" ? "extend" : "resume", StringComparison.Ordinal));
        using var answer = await made.Client.PostAsync($"{Search}/{what}", new StringContent(body, Encoding.UTF8, "application/json"), Cancellation);
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, text);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.True(made.Session.Calls.Count(c => c.StartsWith(what is "budget" ? "extend" : "resume", StringComparison.Ordinal)) <= calls + 1);
    }

    [Fact]
    public async Task The_reference_and_its_document_name_every_address_and_need_no_other_host()
    {
        var document = await GetAsync("/openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Contains("/api/v1/searches/{id}/events", paths);
        Assert.All(paths, p => Assert.StartsWith("/api/v1/", p, StringComparison.Ordinal));
        var list = document.GetProperty("paths").GetProperty("/api/v1/searches").GetProperty("get");
        Assert.Equal("quickstart-9113", list.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json")
            .GetProperty("example")[0].GetProperty("id").GetString());
        string page = await made.Client.GetStringAsync("/reference/", Cancellation);
        Assert.DoesNotContain("//cdn", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", page, StringComparison.OrdinalIgnoreCase);
    }

    private static StringContent Yaml(string text) => new(text, Encoding.UTF8, "application/yaml");

    private async Task<JsonElement> GetAsync(string address)
    {
        using var answer = await made.Client.GetAsync(address, Cancellation);
        string text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement.Clone();
    }

    private async Task PostAsync(string address, object body)
    {
        using var answer = await made.Client.PostAsJsonAsync(address, body, Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
