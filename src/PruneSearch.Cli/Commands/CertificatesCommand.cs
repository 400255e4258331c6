using System.CommandLine;
using PruneSearch.Connections.Certificates;

namespace PruneSearch.Cli.Commands;

/// <summary>Makes what the processes of a cluster show each other.</summary>
internal static class CertificatesCommand
{
    private const int AuthorityDays = 3650;

    public static Command Create(CliContext context)
    {
        var folder = OutputOption.Folder("--out", "Folder of the certificates; its authority is made once and kept");
        folder.DefaultValueFactory = _ => "certificates";
        var names = new Dictionary<CertificateRole, Option<string[]>>
        {
            [CertificateRole.Silo] = Names("--silo", "Names of silos to issue a certificate for, one file each: they may do everything", "all"),
            [CertificateRole.Worker] = Names("--worker", "Names of workers that are no silos: NAME serves the workers NAME, NAME-0, NAME-1, …", "worker"),
            [CertificateRole.Operator] = Names("--operator", "Names of people and programs that launch, change and stop searches", "operator"),
            [CertificateRole.Viewer] = Names("--viewer", "Names of people and programs that look"),
        };
        var days = NumberOption.Create("--days", "Days that issued certificates are valid; issue them again before that, in the same folder", 365, 1,
            AuthorityDays);
        var command = new Command("certificates", "Make the certificates of a cluster: its authority, silos, workers and clients") { folder, days };
        foreach (var option in names.Values)
        {
            command.Add(option);
        }
        command.SetAction((p, cancellation) => ErrorLines.GuardAsync(context, async () =>
        {
            var made = new CertificateFolder(p.GetValue(folder)!, context.Time);
            bool first = made.MakeAuthority(TimeSpan.FromDays(AuthorityDays));
            await context.Output.WriteLineAsync(
                $"{made.Authority}: the cluster's authority{(first ? "" : ", as it was")}; every process needs it as 'authority'");
            foreach (var (role, option) in names)
            {
                foreach (string name in p.GetValue(option)!)
                {
                    string file = made.Issue(role, name, TimeSpan.FromDays(p.GetValue(days)));
                    await context.Output.WriteLineAsync($"{file}: 'certificate' of {role.ToString().ToLowerInvariant()} {name}, a secret of its owner");
                }
            }
            return ExitCode.Ok;
        }, cancellation));
        return command;
    }

    private static Option<string[]> Names(string name, string description, params string[] otherwise)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        option.DefaultValueFactory = _ => otherwise;
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !CertificateOwner.IsName(t.Value)) is { } wrong)
            {
                result.AddError($"{name} {wrong.Value}: is not right, expected 1 to 60 letters, digits and - _ .");
            }
        });
        return option;
    }
}
