using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Parts;

/// <summary>Where pages and files are.</summary>
internal static class Addresses
{
    public static string Search(string id) => $"/search/{Uri.EscapeDataString(id)}";

    public static string Model(string search, LiveModel model) => $"{Search(search)}/model/{model.Key}{(model.IsQuantised ? "/int8" : "")}";

    public static string Pictures(string search, LiveModel model) => $"{Search(search)}/pictures/{model.Key}{(model.IsQuantised ? "/int8" : "")}";
}
