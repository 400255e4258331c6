using k8s;
using k8s.Models;
using PruneSearch.Cluster.Placement;
using PruneSearch.Tests;

namespace PruneSearch.Deploy.Tests;

/// <summary>What <c>kubectl apply -k</c> would send fits the Kubernetes API, itself, and the settings of a silo.</summary>
public sealed class OverlayTests
{
    [Theory]
    [MemberData(nameof(Kustomize.Overlays), MemberType = typeof(Kustomize))]
    public void It_fits_the_schema_and_is_complete(string overlay)
    {
        var objects = Kustomize.Read(Kustomize.Render(overlay));
        Assert.Equal(
            ["ConfigMap", "Deployment", "Namespace", "NetworkPolicy", "NetworkPolicy", "PodDisruptionBudget", "PodDisruptionBudget", "Service", "Service",
                "ServiceAccount", "StatefulSet"],
            objects.Select(o => o.Kind).Order(StringComparer.Ordinal));
        Assert.All(objects, o => Assert.Equal("prunesearch", o is V1Namespace ? o.Metadata.Name : o.Metadata.NamespaceProperty));
    }

    [Fact]
    public void Autoscalers_and_the_job_of_a_client_fit_what_is_there()
    {
        string folder = Path.Combine(Checkout.Root, "k8s");
        var objects = Kustomize.Read(Kustomize.Render("cpu"));
        var workers = objects.OfType<V1StatefulSet>().Single();
        var scaler = (V2HorizontalPodAutoscaler)Kustomize.Read(File.ReadAllText(Path.Combine(folder, "components", "hpa", "autoscaler.yaml"))).Single();
        Assert.Equal((workers.Kind, workers.Metadata.Name), (scaler.Spec.ScaleTargetRef.Kind, scaler.Spec.ScaleTargetRef.Name));
        string keda = File.ReadAllText(Path.Combine(folder, "components", "keda", "scaledobject.yaml"));
        Assert.Contains($"scaleTargetRef: {{apiVersion: apps/v1, kind: {workers.Kind}, name: {workers.Metadata.Name}}}", keda, StringComparison.Ordinal);

        var job = (V1Job)Kustomize.Read(File.ReadAllText(Path.Combine(folder, "jobs", "client.yaml"))).Single();
        var policies = objects.OfType<V1NetworkPolicy>().ToDictionary(p => p.Metadata.Name);
        Assert.Equal(["gateway"], Allowed(policies["control"], job.Spec.Template.Metadata.Labels));
        var client = job.Spec.Template.Spec.Containers.Single();
        Assert.Equal(client.VolumeMounts.Select(m => m.Name).Order(), job.Spec.Template.Spec.Volumes.Select(v => v.Name).Order());
        Assert.Contains(objects.OfType<V1ServiceAccount>(), a => a.Metadata.Name == job.Spec.Template.Spec.ServiceAccountName);
    }

    [Fact]
    public void The_page_fits_what_is_there_and_is_reached_from_where_that_is_allowed()
    {
        var objects = Kustomize.Read(File.ReadAllText(Path.Combine(Checkout.Root, "k8s", "components", "web", "web.yaml")));
        var cluster = Kustomize.Read(Kustomize.Render("cpu"));
        var pod = objects.OfType<V1Deployment>().Single().Spec.Template;
        var web = pod.Spec.Containers.Single();
        var service = objects.OfType<V1Service>().Single();
        var policy = objects.OfType<V1NetworkPolicy>().Single();
        Assert.All([service.Spec.Selector, policy.Spec.PodSelector.MatchLabels], s => Assert.All(s, l => Assert.Contains(l, pod.Metadata.Labels)));
        Assert.Equal("ClusterIP", service.Spec.Type);
        Assert.Equal(["gateway"], Allowed(cluster.OfType<V1NetworkPolicy>().Single(p => p.Metadata.Name == "control"),
            pod.Metadata.Labels.Append(new("app.kubernetes.io/name", "prunesearch")).ToDictionary()));
        Assert.Equal(["allowed"], policy.Spec.Ingress.Single().FromProperty.Select(f => f.NamespaceSelector.MatchLabels["prunesearch/web"]));
        Assert.All(pod.Spec.Containers.Concat(pod.Spec.InitContainers), c =>
        {
            Assert.True(c.SecurityContext is { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true } s && s.Capabilities.Drop.Contains("ALL"));
            Assert.All(c.VolumeMounts, m => Assert.Contains(pod.Spec.Volumes, v => v.Name == m.Name));
        });
        Assert.All(
            [web.LivenessProbe, web.ReadinessProbe, web.StartupProbe], probe => Assert.Contains(web.Ports, c => c.Name == probe.HttpGet.Port.Value));
        var environment = web.Env.ToDictionary(e => e.Name, e => e.Value ?? SiloEnvironment.Example(e.Name));
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "viewer a-token-of-twenty-or-more\n");
        Assert.Equal("/tokens/tokens", environment["PRUNESEARCH_WEB_TOKENS"]);
        environment["PRUNESEARCH_WEB_TOKENS"] = file;

        var settings = SiloEnvironment.ReadWeb(environment);

        Assert.Equal([("health", settings.Health!.Port), ("web", settings.Port)], web.Ports.Select(p => (p.Name, p.ContainerPort)).Order());
        Assert.False(settings.Insecure);
        File.Delete(file);
    }

    [Theory]
    [InlineData("replicas: 2", "replicaz: 2")]
    [InlineData("replicas: 2", "replicas: two")]
    [InlineData("failureThreshold: 60", "failureTreshold: 60")]
    public void A_field_that_there_is_not_and_a_wrong_type_are_found(string right, string wrong)
    {
        string text = Kustomize.Render("cpu");
        Assert.Contains(right, text, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => Kustomize.Read(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Kustomize.Overlays), MemberType = typeof(Kustomize))]
    public void Selectors_ports_and_references_meet_what_they_mean(string overlay)
    {
        var objects = Kustomize.Read(Kustomize.Render(overlay));
        var pods = Pods(objects);
        Assert.All(pods, p => Assert.True(Selects(p.Selector, p.Template.Metadata.Labels)));
        foreach (var service in objects.OfType<V1Service>())
        {
            var selected = pods.Where(p => service.Spec.Selector.All(s => p.Template.Metadata.Labels.Contains(s))).ToList();
            Assert.NotEmpty(selected);
            Assert.All(selected, p =>
                Assert.All(service.Spec.Ports, port => Assert.Contains(Silo(p).Ports, c => c.Name == port.TargetPort.Value && c.ContainerPort == port.Port)));
        }
        Assert.All(objects.OfType<V1PodDisruptionBudget>(), budget => Assert.Single(pods, p => Selects(budget.Spec.Selector, p.Template.Metadata.Labels)));
        Assert.Contains(objects.OfType<V1Service>(), s => s.Metadata.Name == objects.OfType<V1StatefulSet>().Single().Spec.ServiceName);
        foreach (var pod in pods)
        {
            var silo = Silo(pod);
            Assert.All(
                [silo.LivenessProbe, silo.ReadinessProbe, silo.StartupProbe], probe => Assert.Contains(silo.Ports, c => c.Name == probe.HttpGet.Port.Value));
            var claims = objects.OfType<V1StatefulSet>().Where(s => s.Spec.Template == pod.Template).SelectMany(s => s.Spec.VolumeClaimTemplates);
            Assert.Equal(
                silo.VolumeMounts.Select(m => m.Name).Order(),
                pod.Template.Spec.Volumes.Select(v => v.Name).Concat(claims.Select(c => c.Metadata.Name)).Order());
            Assert.Contains(objects.OfType<V1ServiceAccount>(), a => a.Metadata.Name == pod.Template.Spec.ServiceAccountName);
        }
    }

    [Theory]
    [MemberData(nameof(Kustomize.Overlays), MemberType = typeof(Kustomize))]
    public void The_silo_ports_stay_inside(string overlay)
    {
        var objects = Kustomize.Read(Kustomize.Render(overlay));
        Assert.All(objects.OfType<V1Service>(), s => Assert.Contains(s.Spec.Type, new[] { null, "ClusterIP" }));
        var policies = objects.OfType<V1NetworkPolicy>().ToDictionary(p => p.Metadata.Name);
        Assert.All(Pods(objects), p => Assert.Single(policies.Values, policy => Selects(policy.Spec.PodSelector, p.Template.Metadata.Labels)));
        Assert.All(policies.Values, p => Assert.Equal(["Egress", "Ingress"], p.Spec.PolicyTypes.Order()));
        var client = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "prunesearch", ["app.kubernetes.io/component"] = "client" };
        var stranger = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "other" };
        var pods = Pods(objects).ToDictionary(p => p.Template.Metadata.Labels["app.kubernetes.io/component"], p => p.Template.Metadata.Labels);
        Assert.Equal(["gateway", "silo"], Allowed(policies["control"], pods["control"]));
        Assert.Equal(["gateway"], Allowed(policies["control"], pods["worker"]));
        Assert.Equal(["gateway"], Allowed(policies["control"], client));
        Assert.Empty(Allowed(policies["control"], stranger));
        Assert.All([pods["control"], pods["worker"], client, stranger], who => Assert.Empty(Allowed(policies["worker"], who)));
        // Workers get to the checkpoints, and not to the database.
        string[] reached = [.. policies["worker"].Spec.Egress.SelectMany(e => e.Ports).Select(p => p.Port.Value)];
        Assert.True(reached.Contains("443") && !reached.Contains("5432"));
    }

    [Theory]
    [MemberData(nameof(Kustomize.Overlays), MemberType = typeof(Kustomize))]
    public void Pods_run_without_rights_and_their_secrets_are_references(string overlay)
    {
        string text = Kustomize.Render(overlay);
        Assert.DoesNotContain("Password=", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("AccountKey=", text, StringComparison.OrdinalIgnoreCase);
        foreach (var pod in Pods(Kustomize.Read(text)))
        {
            Assert.True(pod.Template.Spec.SecurityContext is { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" });
            var silo = Silo(pod);
            Assert.True(silo.SecurityContext is { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true } c && c.Capabilities.Drop.Contains("ALL"));
            bool worker = pod.Template.Metadata.Labels["app.kubernetes.io/component"] == "worker";
            string[] secrets = worker ? ["PRUNESEARCH_CHECKPOINTS"] : ["PRUNESEARCH_DATABASE", "PRUNESEARCH_CHECKPOINTS"];
            Assert.All(secrets, name => Assert.NotNull(silo.Env.Single(e => e.Name == name).ValueFrom.SecretKeyRef));
            Assert.Equal(worker, silo.Env.All(e => e.Name != "PRUNESEARCH_DATABASE")); // a worker has no use for it
            Assert.Equal(!worker, silo.Env.Any(e => e.Name == "NVIDIA_VISIBLE_DEVICES" && e.Value == "void"));
            Assert.True(
                silo.Resources.Requests.ContainsKey("cpu") && silo.Resources.Requests.ContainsKey("memory") && silo.Resources.Limits.ContainsKey("memory"));
        }
    }

    [Theory]
    [InlineData("cpu", "cpu", "prunesearch:cpu")]
    [InlineData("gpu", "cuda:0", "prunesearch:cuda")]
    public void Silos_accept_their_settings(string overlay, string device, string image)
    {
        var objects = Kustomize.Read(Kustomize.Render(overlay));
        var shared = Assert.Single(objects.OfType<V1ConfigMap>());
        foreach (var pod in Pods(objects))
        {
            var silo = Silo(pod);
            Assert.Equal(shared.Metadata.Name, Assert.Single(silo.EnvFrom).ConfigMapRef.Name);
            var environment = new Dictionary<string, string>(shared.Data);
            foreach (var variable in silo.Env)
            {
                environment[variable.Name] = variable.Value ?? SiloEnvironment.Example(variable.Name);
            }
            if (environment.TryGetValue("PRUNESEARCH_GATEWAYS", out string? gateways))
            {
                string[] parts = gateways.Split(':');
                Assert.Contains(objects.OfType<V1Service>(), s => s.Metadata.Name == parts[0] && s.Spec.Ports.Any(p => $"{p.Port}" == parts[1]));
                environment["PRUNESEARCH_GATEWAYS"] = $"10.1.2.3:{parts[1]}";
            }
            var configuration = SiloEnvironment.Read(environment);

            bool worker = pod.Template.Metadata.Labels["app.kubernetes.io/component"] == "worker";
            Assert.Equal(worker ? SiloRole.Worker : SiloRole.Control, configuration.Silo.Role);
            (string, int)[] probes = [("health", configuration.Silo.HealthPort), ("metrics", configuration.Silo.MetricsPort)];
            (string, int)[] doors = [("gateway", configuration.Silo.GatewayPort), ("silo", configuration.Silo.SiloPort)];
            Assert.Equal(probes.Concat(worker ? [] : doors).Order(), silo.Ports.Select(p => (p.Name, p.ContainerPort)).Order());
            Assert.Equal((worker, "*"), (configuration.Silo.IsGuest, configuration.Silo.ProbeAddress));
            Assert.Contains(silo.VolumeMounts, m => m.MountPath == configuration.Silo.Work);
            if (worker)
            {
                Assert.Equal((device, image), (configuration.Device, silo.Image));
                Assert.Equal(overlay == "gpu", silo.Resources.Limits.ContainsKey("nvidia.com/gpu"));
                Assert.Contains(silo.VolumeMounts, m => m.MountPath == configuration.PictureCache);
            }
        }
    }

    private static List<(V1LabelSelector Selector, V1PodTemplateSpec Template)> Pods(List<IKubernetesObject<V1ObjectMeta>> objects) =>
    [
        .. objects.OfType<V1Deployment>().Select(d => (d.Spec.Selector, d.Spec.Template)),
        .. objects.OfType<V1StatefulSet>().Select(s => (s.Spec.Selector, s.Spec.Template)),
    ];

    private static V1Container Silo((V1LabelSelector, V1PodTemplateSpec Template) pod) => Assert.Single(pod.Template.Spec.Containers);

    private static bool Selects(V1LabelSelector selector, IDictionary<string, string> labels) =>
        (selector.MatchLabels ?? new Dictionary<string, string>()).All(labels.Contains)
        && (selector.MatchExpressions ?? []).All(e => e.OperatorProperty == "In" && labels.TryGetValue(e.Key, out string? value) && e.Values.Contains(value));

    private static string[] Allowed(V1NetworkPolicy policy, IDictionary<string, string> labels) =>
        [.. policy.Spec.Ingress.Where(
            rule => rule.FromProperty.Any(peer => peer.NamespaceSelector is null && peer.IpBlock is null && Selects(peer.PodSelector, labels)))
            .SelectMany(rule => rule.Ports.Select(p => p.Port.Value)).Distinct().Order()];
}
