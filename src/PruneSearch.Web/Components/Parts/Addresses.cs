using PruneSearch.Web.Api;
using PruneSearch.Web.Live;

namespace PruneSearch.Web.Components.Parts;

/// <summary>Where pages and files are.</summary>
internal static class Addresses
{
    public static string Search(string id) => $"/search/{Uri.EscapeDataString(id)}";

    public static string Model(string search, LiveModel model) => $"{Search(search)}/model/{model.Key}{(model.IsQuantised ? "/int8" : "")}";

    public static string Pictures(string search, LiveModel model) => $"{Search(search)}/pictures/{model.Key}{(model.IsQuantised ? "/int8" : "")}";

    /// <summary>A file of a model, as the API names it.</summary>
    public static string File(string search, LiveModel model, string file) =>
        $"{Api(search)}/models/{model.Key}{(model.IsQuantised ? "int8" : "")}/files/{file}";

    /// <summary>The file of a picture.</summary>
    public static string Picture(string search, string split, int index) => $"{Api(search)}/pictures/{index}?split={split}";

    private static string Api(string search) => $"{ApiRegistration.Prefix}/searches/{Uri.EscapeDataString(search)}";
}
