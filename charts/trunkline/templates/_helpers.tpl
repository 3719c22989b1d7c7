{{- define "trunkline.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "trunkline.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := include "trunkline.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "trunkline.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "trunkline.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name is required when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "trunkline.selectorLabels" -}}
app.kubernetes.io/name: {{ include "trunkline.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{- define "trunkline.labels" -}}
{{ include "trunkline.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: trunkline
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The file that the operator reads: exactly the keys of its own schema of settings (docs/reference/settings.md). */}}
{{- define "trunkline.config" -}}
{{- $v := .Values -}}
{{- $config := dict
  "installation" (required "installation is required: the name of this installation, part of the marker on everything that the operator makes outside" $v.installation)
  "namespace" .Release.Namespace
  "watchNamespaces" $v.watchNamespaces
  "actuation" $v.actuation
  "defaults" (dict "changePolicy" $v.defaults.changePolicy)
  "provider" (dict "name" $v.provider.name)
  "tenantPollSeconds" (int $v.tenantPollSeconds)
  "successorWaitSeconds" (int $v.successorWaitSeconds)
  "invitationHours" (int $v.invitationHours)
  "resyncSeconds" (int $v.resyncSeconds)
  "concurrency" (int $v.concurrency)
  "lanes" (dict "inFlight" (int $v.lanes.inFlight))
  "leaderElection" (dict "enabled" $v.leaderElection.enabled "name" (default (include "trunkline.fullname" .) $v.leaderElection.name))
  "server" (dict "host" "0.0.0.0" "port" (int $v.server.port))
  "metrics" (dict "perCustomer" $v.metrics.perCustomer "maxSeries" (int $v.metrics.maxSeries))
  "logLevel" $v.logLevel
-}}
{{- $cloud := dict "name" $v.cloud.name -}}
{{- if eq $v.cloud.name "Custom" -}}
{{- $_ := set $cloud "login" $v.cloud.login -}}
{{- $_ := set $cloud "graph" $v.cloud.graph -}}
{{- $_ := set $cloud "teamsAdmin" $v.cloud.teamsAdmin -}}
{{- if $v.cloud.caSecretRef.name -}}{{- $_ := set $cloud "caFile" "/etc/trunkline/secrets/cloud-ca.crt" -}}{{- end -}}
{{- end -}}
{{- $_ := set $config "cloud" $cloud -}}
{{- if $v.portalUrl -}}{{- $_ := set $config "portalUrl" $v.portalUrl -}}{{- end -}}
{{- if $v.mail.host -}}
{{- $mail := dict "host" $v.mail.host "port" (int $v.mail.port) "security" $v.mail.security "from" $v.mail.from -}}
{{- if $v.mail.username -}}{{- $_ := set $mail "username" $v.mail.username -}}{{- end -}}
{{- if $v.mail.passwordSecretRef.name -}}{{- $_ := set $mail "passwordFile" "/etc/trunkline/secrets/mail-password" -}}{{- end -}}
{{- if $v.mail.caSecretRef.name -}}{{- $_ := set $mail "caFile" "/etc/trunkline/secrets/mail-ca.crt" -}}{{- end -}}
{{- if $v.mail.templatesConfigMap -}}{{- $_ := set $mail "templatesFolder" "/etc/trunkline/mail-templates" -}}{{- end -}}
{{- $_ := set $config "mail" $mail -}}
{{- end -}}
{{ toYaml $config }}
{{- end }}

{{/* Secrets that are mounted as files, one source each. */}}
{{- define "trunkline.secretSources" -}}
{{- $v := .Values -}}
{{- if and (eq $v.cloud.name "Custom") $v.cloud.caSecretRef.name }}
- secret: {name: {{ $v.cloud.caSecretRef.name | quote }}, items: [{key: {{ $v.cloud.caSecretRef.key | quote }}, path: cloud-ca.crt}]}
{{- end }}
{{- if and $v.mail.host $v.mail.passwordSecretRef.name }}
- secret: {name: {{ $v.mail.passwordSecretRef.name | quote }}, items: [{key: {{ $v.mail.passwordSecretRef.key | quote }}, path: mail-password}]}
{{- end }}
{{- if and $v.mail.host $v.mail.caSecretRef.name }}
- secret: {name: {{ $v.mail.caSecretRef.name | quote }}, items: [{key: {{ $v.mail.caSecretRef.key | quote }}, path: mail-ca.crt}]}
{{- end }}
{{- end }}

{{/* What the operator does in every namespace that it works in. */}}
{{- define "trunkline.workRules" -}}
- apiGroups: [trunkline.dev]
  resources: [customers, sitelocations, sbcdevices, numberranges, invitations]
  verbs: [get, list, watch, patch] # patch: the finalizer
- apiGroups: [trunkline.dev]
  resources: [customers/status, sitelocations/status, sbcdevices/status, numberranges/status, invitations/status]
  verbs: [patch]
- apiGroups: ['']
  resources: [secrets]
  verbs: [get] # by reference only: neither list nor watch
- apiGroups: ['']
  resources: [configmaps]
  verbs: [get, create, patch] # lists of prefixes; what is too long for a status
- apiGroups: [externaldns.k8s.io]
  resources: [dnsendpoints]
  verbs: [get, list, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end }}
