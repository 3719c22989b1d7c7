import { dirname } from 'node:path';
import { QUICKSTART } from './cloud/seed.ts';

export interface GuideFacts {
  readonly kubeconfigPath: string;
  readonly kubectlPath: string;
  readonly namespaces: readonly string[];
  /** Origin of the cloud's admin API. */
  readonly admin: string;
  /** Origin of the mailbox pages. */
  readonly mailbox: string;
  readonly operatorLog: string;
}

/** What a newcomer does next: where things are, and three things to try, as commands that can be pasted. */
export function guide(facts: GuideFacts): string {
  const { kubeconfigPath, kubectlPath, admin, mailbox, operatorLog } = facts;
  const places = [
    ['kubeconfig', kubeconfigPath],
    ['cloud', `${admin} (admin API: /endpoints /log /counts /faults /snapshot /microsoft/… /stand-ins/…)`],
    ['mailbox', mailbox],
    ['operator log', operatorLog],
  ] as const;
  return [
    ...places.map(([what, where]) => `  ${what.padEnd(14)}${where}`),
    '',
    'Three things to try, in another terminal. First:',
    '',
    `  export KUBECONFIG=${kubeconfigPath} PATH="$PATH:${dirname(kubectlPath)}"`,
    '',
    ...(facts.namespaces.includes('quickstart') ? quickstartSteps(admin) : anySteps(facts.namespaces, admin)),
    'Ctrl-C ends everything.',
  ].join('\n');
}

function quickstartSteps(admin: string): string[] {
  const { tenantId } = QUICKSTART.customer;
  const route = { tenantId, type: 'OnlineVoiceRoute', identity: 'Unrestricted-Zurich', properties: { NumberPattern: '^nobody$' } };
  return [
    '1. Break a voice route in the customer’s tenant, and see it come back within half a minute (or at once, when asked to look):',
    '',
    `  curl -sX POST ${admin}/microsoft/putConfig -H 'Content-Type: application/json' -d '${JSON.stringify(route)}'`,
    `  curl -s ${admin}/microsoft/tenants/${tenantId}/config/OnlineVoiceRoute`,
    '  kubectl annotate site zurich -n quickstart --overwrite "trunkline.dev/reconcile-at=$(date +%s)"',
    `  curl -s ${admin}/microsoft/tenants/${tenantId}/config/OnlineVoiceRoute`,
    '',
    '2. Watch the objects while you do it, and read why they are ready:',
    '',
    '  kubectl get trunkline -n quickstart -w',
    '  kubectl describe site zurich -n quickstart',
    '',
    '3. Take a site away with its numbers. For 30 seconds a renamed object could take over what goes; then rules go from the SBC, then route,',
    '   policy and usage from the tenant, then the DNS record:',
    '',
    '  kubectl delete nr/geneva-office site/geneva -n quickstart',
    `  curl -s '${admin}/log?write=true' | tr '{' '\\n' | tail -20`,
    '',
  ];
}

function anySteps(namespaces: readonly string[], admin: string): string[] {
  const [namespace = 'default'] = namespaces;
  return [
    '1. Watch the objects:',
    '',
    `  kubectl get trunkline -n ${namespace} -w`,
    '',
    '2. See what the operator has written outside:',
    '',
    `  curl -s '${admin}/log?write=true' | tr '{' '\\n'`,
    '',
    '3. Make the first SBC fail for a while, and read what the conditions say:',
    '',
    `  curl -sX POST ${admin}/faults -H 'Content-Type: application/json' -d '{"standIn":"sbc1","kind":"status","status":503}'`,
    `  curl -sX DELETE ${admin}/faults`,
    '',
  ];
}
